-- A clinic with Spanish names: what the questions beside it are asked about, in both languages.
CREATE TABLE medicos (id INTEGER PRIMARY KEY, nombre TEXT, especialidad TEXT, sueldo REAL);
INSERT INTO medicos VALUES
  (1, 'Elena Soto', 'pediatría', 4100), (2, 'Raúl Pons', 'cardiología', 5200), (3, 'Inés Bravo', 'pediatría', 3900),
  (4, 'Marc Vidal', 'dermatología', 4700);
CREATE TABLE pacientes (id INTEGER PRIMARY KEY, nombre TEXT, ciudad TEXT, sexo TEXT, edad INTEGER, telefono TEXT);
INSERT INTO pacientes VALUES
  (1, 'Alba Cano', 'Zaragoza', 'mujer', 7, '600111222'), (2, 'Dario Núñez', 'Huesca', 'hombre', 71, '600333444'),
  (3, 'Julia Mora', 'Zaragoza', 'mujer', 45, NULL), (4, 'Leo Prieto', 'Teruel', 'hombre', 12, '600555666'),
  (5, 'Vera Luna', 'Zaragoza', 'mujer', 33, '600777888'), (6, 'Óscar Rey', 'Huesca', 'hombre', 60, NULL),
  (7, 'Nerea Gil', 'Teruel', 'mujer', 28, '600999000');
CREATE TABLE citas (id INTEGER PRIMARY KEY, paciente_id INTEGER REFERENCES pacientes(id),
  medico_id INTEGER REFERENCES medicos(id), fecha DATE, coste REAL, estado TEXT);
INSERT INTO citas VALUES
  (1, 1, 1, '2023-10-02', 60, 'realizada'), (2, 2, 2, '2023-11-15', 120, 'realizada'),
  (3, 3, 4, '2023-12-20', 80, 'cancelada'), (4, 1, 3, '2024-01-09', 60, 'realizada'),
  (5, 4, 1, '2024-01-22', 65, 'realizada'), (6, 5, 2, '2024-01-30', 130, 'cancelada'),
  (7, 2, 2, '2024-02-27', 150, 'realizada'), (8, 6, 4, '2024-04-03', 85, 'realizada'),
  (9, 1, 1, '2024-04-18', 55, 'pendiente'), (10, 2, 4, '2024-05-06', 90, 'pendiente');
