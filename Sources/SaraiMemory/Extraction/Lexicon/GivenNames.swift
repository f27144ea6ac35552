/// Names that people are given, folded: a question about «Ana» is about somebody the user knows.
enum GivenNames {
  static func contains(_ name: String) -> Bool { all.contains(Fold.text(name)) }

  private static let all: Set<String> = Vocabulary.set(
    """
    Ana María Carmen Laura Marta Lucía Sara Paula Elena Cristina Isabel Pilar Rosa Teresa Raquel Silvia Patricia Beatriz Nuria
    Irene Alba Andrea Claudia Julia Sofía Valeria Daniela Carla Noelia Sonia Mónica Rocío Inés Eva Alicia Clara Lola Dolores
    Mercedes Antonia Josefa Francisca Juana Manuela Begoña Amparo Esther Ainhoa Nerea Leire Olga Gabriela Camila Valentina Ximena
    Fernanda Guadalupe Verónica Natalia Lorena Miriam Susana Yolanda Gloria Celia Vega Noa Martina Emma Lourdes Concha Charo
    Antonio José Manuel Francisco Juan David Javier Daniel Carlos Jesús Alejandro Miguel Rafael Pedro Pablo Ángel Sergio Fernando
    Luis Jorge Alberto Álvaro Adrián Diego Raúl Iván Rubén Enrique Óscar Ramón Andrés Vicente Joaquín Santiago Eduardo Víctor
    Mario Roberto Jaime Marcos Ignacio Hugo Martín Lucas Leo Mateo Nicolás Gabriel Samuel Bruno Gonzalo Guillermo Julián Emilio
    Tomás Agustín Felipe Sebastián Rodrigo Gustavo Héctor Iker Unai Pepe Paco Manolo Nacho Javi Dani Toni Rafa Quique Julio Pau
    Mary Linda Susan Jessica Sarah Karen Lisa Nancy Emily Kate Katie Amy Anna Olivia Sophie Charlotte Grace Hannah Megan Rachel
    Rebecca Nina Zoe Alice Helen Julie Jane Joan Nora Tess Mia Chloe Lily Ella Abigail Samantha Ashley Priya Amelia Ruth
    James John Robert Michael William David Richard Joseph Thomas Charles Daniel Matthew Mark Paul Steven Andrew Kevin Brian
    George Edward Jack Oliver Harry Tom Bob Bill Jim Joe Sam Ben Max Alex Nick Greg Frank Hal Jake Luke Ryan Adam Peter Simon
    Theo Ethan Noah Liam Henry Oscar Fred Dave Mike Steve Chris Rob Dan Matt Tim Will Mark Rose Grace Hope Lorena Rebeca Izan Marcos Olaf
    """)
}
