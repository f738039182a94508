"""What clumsy and hostile programs do to Value, compiled or not: it answers or raises, and they go on."""
