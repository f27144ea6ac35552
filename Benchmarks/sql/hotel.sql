-- A hotel with Spanish names: what the questions beside it are asked about, in both languages. Written when the rules and
-- their vocabulary were finished; nothing was changed after these questions had been answered for the first time.
CREATE TABLE habitaciones (numero INTEGER PRIMARY KEY, tipo TEXT, planta INTEGER, precio_noche REAL, vistas_mar INTEGER);
INSERT INTO habitaciones VALUES (101, 'individual', 1, 55, 0), (102, 'doble', 1, 80, 0), (201, 'doble', 2, 95, 1),
  (202, 'suite', 2, 180, 1), (301, 'doble', 3, 99, 1), (302, 'individual', 3, 60, 0);
CREATE TABLE huespedes (id INTEGER PRIMARY KEY, nombre TEXT, pais TEXT, email TEXT, fecha_nacimiento DATE);
INSERT INTO huespedes VALUES (1, 'Lola Paz', 'España', 'lola@x.test', '1980-02-03'), (2, 'Pierre Noir', 'Francia', NULL, '1975-07-19'),
  (3, 'Mia Weber', 'Alemania', 'mia@x.test', '1992-11-30'), (4, 'Toni Rey', 'España', 'toni@x.test', '1968-05-05'),
  (5, 'Ugo Bianchi', 'Italia', NULL, '2000-09-09');
CREATE TABLE reservas (id INTEGER PRIMARY KEY, huesped_id INTEGER REFERENCES huespedes(id),
  habitacion INTEGER REFERENCES habitaciones(numero), fecha_entrada DATE, noches INTEGER, importe REAL, estado TEXT);
INSERT INTO reservas VALUES (1, 1, 102, '2023-07-01', 3, 240, 'pagada'), (2, 2, 202, '2023-08-12', 2, 360, 'pagada'),
  (3, 1, 201, '2024-05-20', 5, 475, 'pagada'), (4, 3, 301, '2024-07-03', 4, 396, 'pendiente'), (5, 4, 101, '2024-07-15', 1, 55, 'cancelada'),
  (6, 3, 302, '2024-08-01', 7, 420, 'pagada'), (7, 4, 202, '2024-08-20', 2, 360, 'pendiente');
