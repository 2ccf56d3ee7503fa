"""What is asked, as plain Python: kinds of field, the fields in the words of the Messaggio, the rules between them.

And what is wrong and how it is said, and what the law makes of it. Nothing here knows of a page, a table or a clock.
"""
