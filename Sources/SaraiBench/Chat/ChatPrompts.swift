/// The fixed prompts of the chat scenario. The same number gives the same text in every run.
enum ChatPrompts {
  static let shortSystem = "You are a helpful assistant. Answer at length."

  /// A first word that no other prompt of the run has, so that nothing before it can be reused.
  static func fresh(_ number: Int) -> String {
    "Session \(String(UInt32(truncatingIfNeeded: number &+ 1) &* 2_654_435_761, radix: 36))."
  }

  /// Work with a long answer.
  static func task(_ number: Int) -> String {
    let tasks = [
      "Write a long story about a lighthouse keeper who finds a letter in a bottle.",
      "Explain step by step how bread is made, from the field to the table.",
      "Describe a day in the life of a honey bee, hour by hour.",
      "Tell me about the history of the printing press and why it mattered.",
      "Write a detailed travel guide to an imaginary island.",
      "Explain how a bicycle works to somebody who has never seen one.",
      "Write a dialogue between a teacher and a student about the solar system.",
      "Describe how a small town prepares for its yearly market.",
    ]
    return tasks[number % tasks.count]
  }

  static func question(_ number: Int) -> String {
    let questions = [
      "How do I return a book?", "When does the reading room open?", "May I bring my own tea?",
      "Who looks after the old maps?", "What does a new card cost?", "Where do I leave my coat?",
    ]
    return questions[number % questions.count]
  }

  /// The rules of a library, about 1,000 tokens long.
  static func longSystem(_ number: Int) -> String {
    let rooms = ["reading room", "map room", "music room", "children's room", "print room", "garden room"]
    let keepers = ["Anna", "Boris", "Carla", "David", "Elena", "Fritz", "Greta"]
    let rules = (1...30).map { rule in
      """
      Rule \(rule): the \(rooms[rule % rooms.count]) opens at \(7 + rule % 5) and closes at \(16 + rule % 6); \
      \(keepers[rule % keepers.count]) keeps its key and lends at most \(2 + rule % 9) books.
      """
    }
    return "\(fresh(number)) You answer for a small library and keep to its rules.\n" + rules.joined(separator: "\n")
  }
}
