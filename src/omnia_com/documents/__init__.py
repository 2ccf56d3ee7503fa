"""What is printed: what each document says, the row that waits for its PDF, and how a page becomes one."""
