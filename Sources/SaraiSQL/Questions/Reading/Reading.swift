/// What a question asks for, before it is known which of several columns a name means.
struct Reading {
  enum Listing: Hashable { case tables, columns }

  var measures: [Measure] = []
  /// Tables that are named and that neither a relation nor a group holds; the first is what is asked for.
  var tables: [Int] = []
  var tableIsPlural = false
  var projections: [[ColumnIndex]] = []
  /// "customers and their emails".
  var showsLabel = false
  var projectionIsPlural = false
  /// "days with more than …", "which month …".
  var period: QuestionItem.Period?
  var groups: [Group] = []
  /// With the table that was named last before each.
  var conditions: [(condition: Condition, scope: Int?)] = []
  var relations: [Relation] = []
  var ranking: Ranking?
  var limit: Int?
  /// "top 5": of what is said to rank them.
  var isTop = false
  var isDistinct = false
  var wantsDate = false
  var wantsEverything = false
  /// "who".
  var wantsPeople = false
  var listing: Listing?
}

/// A value that is worked out from rows.
enum Measure: Hashable, Sendable {
  /// How many rows; of one of the tables, where any is named.
  case rows([Int])
  case values(QuestionItem.Aggregate, [ColumnIndex])
  case distinct([ColumnIndex])
  /// The sum of what is money, or the number of rows where nothing is.
  case total
  /// The value itself where one row is spoken of, else the sum.
  case howMuch([ColumnIndex])
}

enum Group: Hashable, Sendable {
  case names([NameTarget])
  case period(QuestionItem.Period)
}

/// What rows have to fulfil. Where there are several columns, the table that is asked decides between them.
indirect enum Condition: Hashable, Sendable {
  case compare([ColumnIndex], QuestionItem.Comparison, Double)
  /// With the average of all rows.
  case average([ColumnIndex], QuestionItem.Comparison)
  case between([ColumnIndex], Double, Double)
  /// One of several values of the same column. "A and B" may be said of one row each, or of one that has both.
  case values([[ValueTarget]], isAnd: Bool = false)
  /// Nil stands for the whole text, and for the column that rows are called by.
  case text([ColumnIndex]?, QuestionItem.TextMatch?, String)
  /// Nil stands for the date that there is.
  case dates([ColumnIndex]?, [DateRange])
  case month([ColumnIndex]?, Int)
  case missing([ColumnIndex])
  /// That a column says yes or no.
  case flag([ColumnIndex], Bool)
  case not(Condition)
}

/// From `start` on and before `end`, and the same in whole years where it begins and ends with one.
struct DateRange: Hashable, Sendable {
  var start: String?
  var end: String?
  var firstYear: Int?
  var lastYear: Int?
  var isOfYears: Bool
}

/// That there are rows in another table that belong to a row, none, or so many.
struct Relation: Hashable, Sendable {
  enum Amount: Hashable {
    case some, none
    case count(QuestionItem.Comparison, Double)
  }

  var tables: [Int]
  var amount: Amount
  /// Said by a verb, which says less clearly what would be counted.
  var isDeed = false
}

struct Ranking: Hashable, Sendable {
  enum Key: Hashable {
    case columns([ColumnIndex])
    case quality(Quality)
    /// By how many rows of one of these tables there are.
    case rows([Int])
    case measure(Measure)

    var isQuality: Bool { if case .quality = self { true } else { false } }
  }

  var key: Key
  var isDescending: Bool
  /// Whether all rows are wanted in this order, and not only the first.
  var isSorting = false
  /// "most", "top": of groups, it does not say whether one value or all of them together.
  var isMost = false
}
