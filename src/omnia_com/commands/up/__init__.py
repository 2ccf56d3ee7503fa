"""`omnia-com up`: everything on one machine, each role a process that is started again when it ends."""
