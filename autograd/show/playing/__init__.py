"""The forward and the backward pass one step at a time: as an iterator, and as a page that plays them."""
