-- Grain: one row of a view, by its key. A cursor of the caller's transaction: its rows are of the moment that it is declared at.
DECLARE exported NO SCROLL CURSOR FOR SELECT :"columns" FROM :"view" ORDER BY :"key";
