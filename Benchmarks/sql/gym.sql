-- A chain of gyms with English names: what the questions beside it are asked about, in both languages. Written when the
-- rules were finished, to see how they do on what nobody had in mind.
CREATE TABLE gyms (id INTEGER PRIMARY KEY, name TEXT, city TEXT, opened DATE, square_meters INTEGER);
INSERT INTO gyms VALUES (1, 'Central', 'Granada', '2012-05-01', 900), (2, 'Norte', 'Granada', '2018-09-15', 450),
  (3, 'Puerto', 'Málaga', '2021-03-20', 1200);
CREATE TABLE trainers (id INTEGER PRIMARY KEY, name TEXT, gym_id INTEGER REFERENCES gyms(id), salary REAL, hire_date DATE);
INSERT INTO trainers VALUES (1, 'Saúl Peña', 1, 1650, '2015-02-01'), (2, 'Irene Lobo', 1, 1820, '2019-06-10'),
  (3, 'Kevin Adams', 2, 1500, '2021-01-04'), (4, 'Laia Font', 3, 1900, '2021-03-15'), (5, 'Omar Díaz', 3, 1400, '2023-10-02');
CREATE TABLE members (id INTEGER PRIMARY KEY, full_name TEXT, gender TEXT, birth_date DATE, gym_id INTEGER REFERENCES gyms(id),
  plan TEXT, monthly_fee REAL, active INTEGER, phone TEXT);
INSERT INTO members VALUES
  (1, 'Alicia Mora', 'F', '1990-04-12', 1, 'basic', 29.9, 1, '611000111'), (2, 'Bruno Lara', 'M', '1985-12-01', 1, 'premium', 49.9, 1, NULL),
  (3, 'Carla Vives', 'F', '2001-07-30', 2, 'basic', 29.9, 0, '611000333'), (4, 'David Cole', 'M', '1978-02-18', 3, 'premium', 49.9, 1, '611000444'),
  (5, 'Elsa Prat', 'F', '1996-10-05', 3, 'student', 19.9, 1, NULL), (6, 'Fran Nieto', 'M', '2003-01-22', 2, 'student', 19.9, 0, '611000666'),
  (7, 'Gala Simón', 'F', '1969-08-09', 1, 'premium', 54.9, 1, '611000777');
CREATE TABLE classes (id INTEGER PRIMARY KEY, title TEXT, trainer_id INTEGER REFERENCES trainers(id), capacity INTEGER,
  duration_minutes INTEGER);
INSERT INTO classes VALUES (1, 'Yoga', 2, 20, 60), (2, 'Spinning', 1, 15, 45), (3, 'Boxing', 4, 12, 50), (4, 'Pilates', 2, 18, 55);
CREATE TABLE visits (id INTEGER PRIMARY KEY, member_id INTEGER REFERENCES members(id), class_id INTEGER REFERENCES classes(id),
  visit_date DATE);
INSERT INTO visits VALUES (1, 1, 1, '2024-01-08'), (2, 1, 2, '2024-01-10'), (3, 2, 2, '2024-01-10'), (4, 4, 3, '2024-02-01'),
  (5, 1, 1, '2024-02-05'), (6, 7, 4, '2024-02-14'), (7, 5, 3, '2024-03-03'), (8, 7, 1, '2024-03-11'), (9, 1, 4, '2023-12-19');
