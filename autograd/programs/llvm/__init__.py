"""Programs as machine code, by way of LLVM: its intermediate representation (IR) is written here as text."""
