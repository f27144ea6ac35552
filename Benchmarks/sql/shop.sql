-- A small shop: what the questions beside it are asked about.
CREATE TABLE clientes (id INTEGER PRIMARY KEY, nombre TEXT NOT NULL, ciudad TEXT, edad INTEGER, fecha_alta DATE);
INSERT INTO clientes VALUES
  (1, 'Ana López', 'Madrid', 34, '2023-01-15'), (2, 'Luis Pérez', 'Sevilla', 45, '2023-06-02'),
  (3, 'Marta Gil', 'Madrid', 29, '2024-02-20'), (4, 'Jon Etxea', 'Bilbao', 52, '2024-03-05'),
  (5, 'Nuria Vidal', 'Barcelona', 41, '2024-03-28'), (6, 'Pablo Ruiz', 'Madrid', 38, '2024-07-11');
CREATE TABLE productos (id INTEGER PRIMARY KEY, nombre TEXT, categoria TEXT, precio REAL, existencias INTEGER);
INSERT INTO productos VALUES
  (1, 'Teclado', 'informática', 25.5, 40), (2, 'Ratón', 'informática', 12, 100),
  (3, 'Monitor', 'informática', 180, 12), (4, 'Silla', 'muebles', 95, 8), (5, 'Mesa', 'muebles', 210, 5);
CREATE TABLE ventas (id INTEGER PRIMARY KEY, cliente_id INTEGER REFERENCES clientes(id),
  producto_id INTEGER REFERENCES productos(id), cantidad INTEGER, importe REAL, fecha DATE);
INSERT INTO ventas VALUES
  (1, 1, 1, 2, 51, '2024-01-10'), (2, 1, 3, 1, 180, '2024-03-02'), (3, 2, 4, 4, 380, '2024-03-15'),
  (4, 3, 2, 3, 36, '2024-03-31'), (5, 4, 5, 1, 210, '2024-05-01'), (6, 5, 1, 1, 25.5, '2024-06-20'),
  (7, 6, 3, 2, 360, '2023-12-30'), (8, 3, 4, 1, 95, '2023-11-11');
