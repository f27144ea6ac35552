/// The grammar of questions in English.
enum EnglishRules {
  static let all: [Rule] = arithmetic + percentages + units + days + stretches + clocks + facts

  private static let whatIs = "(what is|whats|what are|what does|what was|what would be|what will be|what)"

  private static let arithmetic: [Rule] = [
    Rule("how much (is|are|does|do|would|makes|make) <expr> [make|equal|be|come to]") { $0.arithmetic(.strong) },
    Rule("what (do|does|would) <expr> (equal|make|come to|give|be|add up to)") { $0.arithmetic(.strong) },
    Rule("(what is|whats) [the] (result|value|answer) (of|to) [calculating] <expr>") { $0.arithmetic(.strong) },
    Rule("(calculate|compute|evaluate|work out|figure out|solve|do the math on) [how much is|what is|whats] <expr>") {
      $0.arithmetic(.strong)
    },
    Rule("[the] (result|value) of <expr>") { $0.arithmetic(.strong) },
    Rule("(what|how much) <expr> (is|are|equals|makes)") { $0.arithmetic(.strong) },
    Rule("<expr> (equals|is|makes|is equal to|equal to) [what|how much]") { $0.arithmetic(.strong) },
    Rule("multiply <expr> (by|and|with) <expr>") { $0.combined(.multiply) },
    Rule("divide <expr> by <expr>") { $0.combined(.divide) },
    Rule("(subtract|take away|take|deduct) <expr> from <expr>") { $0.combined(.subtract, swapped: true) },
    Rule("add <expr> to <expr>") { $0.combined(.add, swapped: true) },
    Rule("(add|sum|add up|add together) [the numbers] <list> [together|up]") { $0.listed(.sum) },
    Rule("raise <expr> to [the power of|the] <expr>") { $0.combined(.power) },
    Rule("(add|multiply|divide|subtract) <expr>") { $0.arithmetic(.strong) },
    Rule("(what is|whats|what are|whatre) <expr>") { $0.arithmetic(.weak) },
    Rule("<expr>") { $0.arithmetic(.bare) },
  ]

  private static let tax = "(vat|tax|tip|sales tax|interest|gst|commission|service)"
  private static let price =
    "[what is|whats|how much is|how much does|calculate|work out|how much would|what would|how much will|what does] "
    + "[the price of]"
  private static let percentName = "(percent|percentage|per cent)"

  private static let percentages: [Rule] = [
    Rule("\(price) <percent> off [of] <expr> [cost|be]") { $0.changed(base: 1, isIncrease: false) },
    Rule("\(price) <expr> (with|at|after|less|minus) [a] <percent> (off|discount|[of] discount|reduction) [cost|be]") {
      $0.changed(base: 0, isIncrease: false)
    },
    Rule("\(price) <expr> <percent> off") { $0.changed(base: 0, isIncrease: false) },
    Rule("\(price) <expr> less <percent>") { $0.changed(base: 0, isIncrease: false) },
    Rule("\(price) <expr> (with|after|including) [a] <percent> \(tax) [added] [cost|be]") {
      $0.changed(base: 0, isIncrease: true)
    },
    Rule("\(price) <expr> [in] \(tax)") { $0.alreadyChanged() },
    Rule("\(price) [a] <percent> discount (on|off|from|for) <expr>") { $0.changed(base: 1, isIncrease: false) },
    Rule("\(price) [a] <percent> \(tax) (on|of|for) <expr>") { $0.percentOf() },
    Rule("\(price) [the|a] \(tax) (on|for) <expr> (at|of) <percent>") { captures in
      guard let base = captures.expression(0), let percent = captures.expression(1) else { return nil }
      return .arithmetic(.percentOf(percent, base), .strong)
    },
    Rule("\(price) <percent> (more|higher|greater|larger) than <expr>") { $0.changed(base: 1, isIncrease: true) },
    Rule("\(price) <percent> (less|lower|smaller) than <expr>") { $0.changed(base: 1, isIncrease: false) },
    Rule("(add|apply) [a] <percent> [\(tax)] (to|on|onto) <expr>") { $0.changed(base: 1, isIncrease: true) },
    Rule("(take|subtract|deduct|knock|remove) [a] <percent> (off|from|off of) <expr>") {
      $0.changed(base: 1, isIncrease: false)
    },
    Rule("apply [a] <percent> discount (to|on) <expr>") { $0.changed(base: 1, isIncrease: false) },
    Rule("(increase|raise|grow) <expr> by <percent>") { $0.changed(base: 0, isIncrease: true) },
    Rule("\(price) <expr> increased by <percent>") { $0.changed(base: 0, isIncrease: true) },
    Rule("(decrease|reduce|lower|discount|cut|drop) <expr> by <percent>") { $0.changed(base: 0, isIncrease: false) },
    Rule("\(price) <expr> (decreased|reduced|discounted) by <percent>") { $0.changed(base: 0, isIncrease: false) },
    Rule("[what] \(percentName) of <expr> (is|are) <expr>") { $0.share(part: 1) },
    Rule("<expr> (is|are) (what|which) \(percentName) of <expr>") { $0.share(part: 0) },
    Rule("(what|which) \(percentName) (is|are) <expr> (of|out of) <expr>") { $0.share(part: 0) },
    Rule("(what is|whats|how much is) <expr> (out of|of) <expr> (as a|in) \(percentName)") { $0.share(part: 0) },
    Rule("(what is|whats) <expr> as a \(percentName) of <expr>") { $0.share(part: 0) },
    Rule("<expr> (is|are) <percent> of (what|which number|what number|what amount|how much)") { $0.whole(part: 0) },
    Rule("<percent> of (what|what number|which number) (is|equals) <expr>") { $0.whole(part: 1) },
    Rule(
      "[what is|whats] [the] \(percentName) (change|increase|decrease|difference) (from|between) <expr> (to|and) <expr>"
    ) {
      $0.change()
    },
  ]

  private static let size = "(long|far|tall|high|heavy|hot|cold|warm|big|large|fast|much|wide|deep)"

  private static let units: [Rule] = [
    Rule(
      "how many <unit> (is|are|are in|are there in|is in|in|make|makes|make up|equal|equals|per|are equal to|to|go "
        + "into|fit in|"
        + "would be) <quantity>"
    ) { $0.conversion(.strong) },
    Rule("how many <unit> (does|do|is|are|would) <quantity> (have|make|equal|contain|be|last|weigh)") {
      $0.conversion(.strong)
    },
    Rule("how many <unit> <quantity> (is|are)") { $0.conversion(.strong) },
    Rule("<quantity> (is|are|equals|equal) how many <unit>") { $0.conversion(.strong) },
    Rule("(convert|change|turn|express) <quantity> (to|into|in|as) <unit>") { $0.conversion(.strong) },
    Rule("(how much|how \(size)) (is|are) <quantity> (in|to) <unit>") { $0.conversion(.strong) },
    Rule("(what is|whats|what are) <quantity> (in|to|as|into) <unit>") { $0.conversion(.weak) },
    Rule("what <quantity> (is|are) in <unit>") { $0.conversion(.weak) },
    Rule("<quantity> (in|to|into|as) <unit>") { $0.conversion(.bare) },
    Rule("(what is|whats|what are|how much is|how much are|how long is) <sum> [(in|as) <unit>]") { $0.total(.strong) },
    Rule("(calculate|compute|add|work out) <sum> [(in|as) <unit>]") { $0.total(.strong) },
    Rule("<sum> [(in|as) <unit>]") { $0.total(.bare) },
  ]

  private static let which =
    "([on] (what|which) (day|date|weekday) [of the week] (is|was|will|would) [it|the date] [be]"
    + " | (whats|what is|what was|what will|what would) the (date|day|day of the week|weekday) [be] | whats [it])"

  private static let days: [Rule] = [
    Rule("\(which) in <span> [time]") { $0.shiftedDate(true) },
    Rule("in <span> [time] [,] what (day|date) (is it|will it be|is that)") { $0.shiftedDate(true) },
    Rule("\(which) <span> (from|after|past) <date>") { $0.shiftedDate(true) },
    Rule("\(which) <span> (before|prior to) <date>") { $0.shiftedDate(false) },
    Rule("\(which) <span> ago") { $0.shiftedDate(false) },
    Rule("\(which) <span> (hence|later)") { $0.shiftedDate(true) },
    Rule("[\(which)|whats|what is] <date> (plus|+) <span>") { $0.shiftedDate(true) },
    Rule("[\(which)|whats|what is] <date> (minus|-) <span>") { $0.shiftedDate(false) },
    Rule("[what is|whats] <span> (before|prior to) <date>") { $0.shiftedDateWithYear(false) },
    Rule("[what is|whats] <span> (after|from) <date>") { $0.shiftedDateWithYear(true) },
    Rule("add <span> to <date>") { $0.shiftedDate(true) },
    Rule("subtract <span> from <date>") { $0.shiftedDate(false) },
    Rule("[on] (what|which) (day|date|weekday) [of the week] (is|was|will|would) <date> [be|fall on|fall]") {
      $0.day()
    },
    Rule(
      "[on] (what|which) (day|date|weekday) [of the week] (does|did|will|do) <date> (fall|fall on|land on|happen|be)"
    ) {
      $0.day()
    },
    Rule("(what is|whats|what was) <date>") { captures in captures.date(0)?.isNamedDay == true ? captures.day() : nil },
    Rule("(whats|what is|what was|whats) the (date|day|weekday|day of the week) (of|on|for) <date>") { $0.day() },
    Rule("(whats|what is|what was|what will) the (date|day|day of the week|weekday) [be] <date>") { $0.day() },
    Rule("what (day|date|weekday) [of the week] <date> (is|was|falls on)") { $0.day() },
    Rule("(when is|when was|whens) <date>") { captures in captures.date(0)?.lacksYear == true ? captures.day() : nil },
    Rule("(what|which) (day|date|weekday|year|month) [of the week] (is it|are we on|is this|is today) [today|now]") {
      _ in
      .day(.relative(days: 0))
    },
    Rule("(what is|whats) (the|todays) (date|day|year) [today]") { _ in .day(.relative(days: 0)) },
    Rule("(tell|give) me (the|todays) date [today]") { _ in .day(.relative(days: 0)) },
    Rule("what (day|date) is it <date>") { captures in captures.date(0)?.isNamedDay == true ? captures.day() : nil },
    Rule("(what is|whats|what will be) tomorrows date") { _ in .day(.relative(days: 1)) },
    Rule("(what is|whats|what was) yesterdays date") { _ in .day(.relative(days: -1)) },
    Rule("todays date") { _ in .day(.relative(days: 0)) },
    Rule("<date>") { $0.bareDate() },
  ]

  private static let stretches: [Rule] = [
    Rule(
      "how many <measure> (until|till|to|before|til|left until|left till|are left until|are there until|is it until|"
        + "are there till|is it till|is it to|are left till|remain until|are there to|are left before|left to|are left to) <date>"
    ) { $0.until() },
    Rule("how (long|much time) (until|till|to|til|is it until|is it till|is left until|before|left until) <date>") {
      $0.until()
    },
    Rule("[the] [number of] <measure> (until|till|to|left until) <date>") { $0.until() },
    Rule("how many <measure> (left|are left|remain|are remaining) (in [the|this] year|this year|in the year)") {
      $0.untilYearEnd()
    },
    Rule("how many <measure> (until|till) the end of the year") { $0.untilYearEnd() },
    Rule("how many <measure> away is <date>") { $0.until() },
    Rule("how far away is <date>") { $0.until() },
    Rule(
      "how many <measure> (since|have passed since|has it been since|ago was|ago is|is it since|passed since|have "
        + "gone by since|"
        + "have elapsed since) <date>"
    ) { $0.since() },
    Rule("how long (ago was|since|has it been since|is it since) <date>") { $0.since() },
    Rule(
      "how many <measure> (are there|are|is it|is|were there|passed|elapsed|lie|were) (between|from) <date> "
        + "(and|to|until|till|through) <date>"
    ) { $0.between() },
    Rule("[calculate|tell me] [the] [number of] <measure> (between|from) <date> (and|to|until|till) <date>") {
      $0.between()
    },
    Rule("how many <measure> (between|from) <date> (and|to|until|till) <date>") { $0.between() },
    Rule("how long [is it|is|was it] (between|from) <date> (and|to|until|till) <date>") { $0.between() },
    Rule("(what is|whats) the difference [in <measure>] between <date> and <date> [in <measure>]") { $0.between() },
    Rule("between <date> and <date> how many <measure> are there") { $0.between() },
  ]

  private static let clocks: [Rule] = [
    Rule(
      "(what time is it|what is the time|whats the time|what time is it now|what is the current time) [now|right now]"
    ) {
      _ in .currentTime
    },
    Rule("(do you have|have you got) the time") { _ in .currentTime },
    Rule("what time (is it|will it be|would it be|is) in <span> [time]") { $0.shiftedClock(true) },
    Rule("what time (is it|will it be|is) <span> from now") { $0.shiftedClock(true) },
    Rule("in <span> what time (is it|will it be)") { $0.shiftedClock(true) },
    Rule("(what will the time be|whats the time|what is the time) in <span>") { $0.shiftedClock(true) },
    Rule("what time (was it|is it|was) <span> ago") { $0.shiftedClock(false) },
    Rule("<span> ago what time was it") { $0.shiftedClock(false) },
    Rule("what time (is|was|will it be|is it|would it be) <span> (after|from|past) <clock>") { $0.shiftedClock(true) },
    Rule("what time (is|was|is it|was it) <span> before <clock>") { $0.shiftedClock(false) },
    Rule("[what time is|what is|whats] <clock> (plus|+) <span>") { $0.shiftedClock(true) },
    Rule("[what time is|what is|whats] <clock> (minus|-) <span>") { $0.shiftedClock(false) },
    Rule("how many <measure> [are there|are|is it|is] (between|from) <clock> (and|to|until|till) <clock>") {
      $0.clocks()
    },
    Rule("how long [is it|is] (between|from) <clock> (and|to|until|till) <clock>") { $0.clocks() },
    Rule("how many <measure> (until|till|to|before|are left until|left until|is it until|are there until) <clock>") {
      $0.clocks()
    },
    Rule("how long (until|till|to|before|is it until|is it till) <clock>") { $0.clocks() },
  ]

  private static let facts: [Rule] = [
    Rule("(is|was|will) [the year] <year> [be] a leap year") { $0.leapYear() },
    Rule(
      "how many days (are in|in|are there in|were in|were there in|will be in) [the month of] <month> [of|in|,] "
        + "[<year>]"
    ) {
      $0.daysOfMonth()
    },
    Rule("how many days (does|did|will|do) [the month of] <month> [of] [<year>] have") { $0.daysOfMonth() },
    Rule("how many days (are in|in|are there in|were in|were there in) [the year] <year>") { $0.daysOfYear() },
    Rule("how many days (does|did|will) [the year] <year> have") { $0.daysOfYear() },
    Rule(
      "how old (is|would be|would|will) (someone|somebody|a person|anyone|anybody) [be] [who was|that was] born "
        + "[on|in] <date> [be]"
    ) { $0.age() },
    Rule("[if] i was born [on] <date> [,] [then] how old am i") { $0.age() },
    Rule("how old am i if i was born [on] <date>") { $0.age() },
    Rule("[if] [someone|a person] [was] born [on] <date> [,] how old (is he|is she|are they|is that)") { $0.age() },
  ]
}

extension DateExpression {
  /// A day by its name: today, tomorrow; not a date that would be told as it was asked.
  fileprivate var isNamedDay: Bool {
    if case .relative = self { return true }
    return false
  }
}
