"""`jit`: a function of Values traced once, differentiated as a program, and run as one."""
