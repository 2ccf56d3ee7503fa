"""The files of a communication: taken in and looked into, kept, checked for viruses, forgotten when unused."""
