-- An online store with English names: what the questions beside it are asked about, in both languages.
CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL, email TEXT, city TEXT, country TEXT, signup_date DATE);
INSERT INTO customers VALUES
  (1, 'Ana López', 'ana@mail.test', 'Madrid', 'Spain', '2022-11-03'),
  (2, 'John Smith', 'john@mail.test', 'London', 'United Kingdom', '2023-01-20'),
  (3, 'Marie Dubois', NULL, 'Paris', 'France', '2023-05-14'),
  (4, 'Carlos Ruiz', 'carlos@mail.test', 'Madrid', 'Spain', '2023-09-30'),
  (5, 'Emma Brown', 'emma@mail.test', 'London', 'United Kingdom', '2024-02-02'),
  (6, 'Lucía Gómez', NULL, 'Sevilla', 'Spain', '2024-03-19'),
  (7, 'Paul Martin', 'paul@mail.test', 'Leeds', 'United Kingdom', '2024-06-25'),
  (8, 'Nora Haddad', 'nora@mail.test', 'Madrid', 'Spain', '2024-08-08');
CREATE TABLE products (id INTEGER PRIMARY KEY, name TEXT, category TEXT, price REAL, stock INTEGER);
INSERT INTO products VALUES
  (1, 'Desk lamp', 'home', 35.5, 20), (2, 'Notebook', 'stationery', 4.2, 300), (3, 'Backpack', 'travel', 59.9, 45),
  (4, 'Suitcase', 'travel', 129, 12), (5, 'Pen set', 'stationery', 12.5, 0), (6, 'Armchair', 'home', 249, 6),
  (7, 'Water bottle', 'travel', 18, 150), (8, 'Globe', 'home', 75, 3);
CREATE TABLE orders (id INTEGER PRIMARY KEY, customer_id INTEGER REFERENCES customers(id), order_date DATE, status TEXT,
  total REAL);
INSERT INTO orders VALUES
  (1, 1, '2023-02-11', 'delivered', 129), (2, 2, '2023-03-05', 'delivered', 71.9), (3, 1, '2023-07-22', 'cancelled', 249),
  (4, 4, '2023-12-28', 'delivered', 35.5), (5, 2, '2024-01-15', 'delivered', 84), (6, 5, '2024-03-02', 'shipped', 258),
  (7, 1, '2024-03-18', 'delivered', 22.2), (8, 6, '2024-03-30', 'pending', 59.9), (9, 5, '2024-05-09', 'shipped', 18),
  (10, 8, '2024-09-01', 'pending', 453), (11, 1, '2024-10-10', 'pending', 75);
CREATE TABLE order_items (id INTEGER PRIMARY KEY, order_id INTEGER REFERENCES orders(id),
  product_id INTEGER REFERENCES products(id), quantity INTEGER, unit_price REAL);
INSERT INTO order_items VALUES
  (1, 1, 4, 1, 129), (2, 2, 3, 1, 59.9), (3, 2, 5, 1, 12), (4, 3, 6, 1, 249), (5, 4, 1, 1, 35.5), (6, 5, 2, 20, 4.2),
  (7, 6, 4, 2, 129), (8, 7, 2, 1, 4.2), (9, 7, 7, 1, 18), (10, 8, 3, 1, 59.9), (11, 9, 7, 1, 18), (12, 10, 6, 1, 249),
  (13, 10, 4, 1, 129), (14, 10, 8, 1, 75), (15, 11, 8, 1, 75);
