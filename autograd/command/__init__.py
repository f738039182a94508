"""What `python -m autograd` is made of: formulas that people type, tables, pages and the worked example."""
