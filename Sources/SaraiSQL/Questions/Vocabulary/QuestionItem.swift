/// What a question is made of: words of the language, and names and values of the data.
enum QuestionItem: Hashable, Sendable {
  enum Aggregate: String { case sum, avg, max, min }
  enum Comparison: String { case more = ">", less = "<", atLeast = ">=", atMost = "<=", equal = "=" }
  enum DateSide { case since, after, until, before }
  enum TextMatch { case starts, ends, contains }

  /// A part of the calendar, with the format by which SQLite cuts a date down to it.
  enum Period: String { case day = "%Y-%m-%d", month = "%Y-%m", year = "%Y" }

  // What is asked for.
  case count
  case howMuch
  /// "how old".
  case asked(Quality)
  case aggregate(Aggregate)
  /// "total", which sums or counts.
  case total
  case distinct
  case who
  case when
  /// "rows", "records": of whichever table it is.
  case rows
  /// "everything", "the data".
  case everything
  case tables
  case columns

  // What comes first.
  /// The largest or smallest, of a column named before or after.
  case extreme(descending: Bool)
  /// "cheapest": of the column that the word is about.
  case superlative(Quality, descending: Bool)
  /// "the most sales": by how many or how much there is.
  case most(descending: Bool)
  case times
  case top
  case orderBy
  case direction(descending: Bool)

  // How rows are held together.
  case per
  case period(Period)
  /// "monthly".
  case perPeriod(Period)

  // Which rows.
  case compare(Comparison)
  /// "older than": a comparison that says of what.
  case comparative(Quality, Comparison)
  case between
  case unit(Quality)
  case side(DateSide)
  case text(TextMatch)
  case called
  case with
  case not
  case and
  case or
  case comma
  /// "bought", "borrowed": that there is a row of one of these tables.
  case deed([Int])
  /// "written": what the people are called who did it.
  case maker([NameTarget])
  /// "spent": the columns that hold it.
  case spent([ColumnIndex])

  // Of the data, or of the question itself.
  case name([NameTarget])
  case value([ValueTarget])
  case number(Double)
  case quoted(String)
  case date(PartialDate)

  /// Says nothing that the rest does not.
  case filler

  // What the passes of `ReadingParser` make of the others.
  case condition(Condition)
  case relation(Relation)
  case measure(Measure)
  case group(Group)
  case ranking(Ranking)
}

/// A column of a schema, by its places.
struct ColumnIndex: Hashable, Sendable {
  var table: Int
  var column: Int
}

enum NameTarget: Hashable, Sendable {
  case table(Int)
  case column(ColumnIndex)
}

/// A text that a column holds, in all of its spellings.
struct ValueTarget: Hashable, Sendable {
  var column: ColumnIndex
  var texts: [String]
}
