-- A public library with English names: what the questions beside it are asked about, in both languages.
CREATE TABLE authors (id INTEGER PRIMARY KEY, name TEXT, country TEXT, birth_year INTEGER);
INSERT INTO authors VALUES
  (1, 'George Orwell', 'United Kingdom', 1903), (2, 'Isabel Allende', 'Chile', 1942),
  (3, 'Gabriel García Márquez', 'Colombia', 1927), (4, 'Jane Austen', 'United Kingdom', 1775),
  (5, 'Carmen Laforet', 'Spain', 1921), (6, 'Italo Calvino', 'Italy', 1923);
CREATE TABLE books (id INTEGER PRIMARY KEY, title TEXT, author_id INTEGER REFERENCES authors(id), genre TEXT,
  year INTEGER, pages INTEGER);
INSERT INTO books VALUES
  (1, 'Animal Farm', 1, 'satire', 1945, 112), (2, 'Homage to Catalonia', 1, 'memoir', 1938, 232),
  (3, 'The House of the Spirits', 2, 'novel', 1982, 433), (4, 'One Hundred Years of Solitude', 3, 'novel', 1967, 417),
  (5, 'Pride and Prejudice', 4, 'novel', 1813, 432), (6, 'Emma', 4, 'novel', 1815, 474), (7, 'Nada', 5, 'novel', 1945, 295),
  (8, 'Paula', 2, 'memoir', 1994, 330), (9, 'Persuasion', 4, 'novel', 1817, 249);
CREATE TABLE members (id INTEGER PRIMARY KEY, name TEXT, city TEXT, age INTEGER, joined DATE);
INSERT INTO members VALUES
  (1, 'Rosa Vila', 'Valencia', 67, '2019-04-02'), (2, 'Iker Sanz', 'Bilbao', 23, '2021-10-11'),
  (3, 'Tom Reed', 'Valencia', 35, '2022-01-25'), (4, 'Olga Ferrer', 'Valencia', 41, '2022-09-09'),
  (5, 'Hugo Marín', 'Alicante', 19, '2023-03-17'), (6, 'Sara Polo', 'Bilbao', 58, '2024-01-08');
CREATE TABLE loans (id INTEGER PRIMARY KEY, book_id INTEGER REFERENCES books(id),
  member_id INTEGER REFERENCES members(id), loan_date DATE, return_date DATE);
INSERT INTO loans VALUES
  (1, 1, 1, '2023-01-10', '2023-01-24'), (2, 4, 1, '2023-02-03', '2023-03-01'), (3, 6, 2, '2023-06-15', '2023-07-02'),
  (4, 1, 3, '2023-11-20', '2023-12-01'), (5, 7, 4, '2024-01-12', '2024-02-10'), (6, 3, 1, '2024-02-14', NULL),
  (7, 1, 6, '2024-02-29', '2024-03-20'), (8, 5, 3, '2024-04-05', NULL), (9, 8, 4, '2024-05-30', '2024-06-11'),
  (10, 1, 1, '2024-06-18', NULL);
