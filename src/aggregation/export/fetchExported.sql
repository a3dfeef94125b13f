-- Grain: one row of the view that `declareExported.sql` reads: the next thousand of them. None: all have been read.
FETCH FORWARD 1000 FROM exported;
