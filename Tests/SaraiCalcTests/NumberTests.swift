import SaraiCore
import Testing

@testable import SaraiCalc

/// The same numbers on every run.
private struct Xorshift: RandomNumberGenerator {
  var state: UInt64 = 0x9E37_79B9_7F4A_7C15

  mutating func next() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state
  }
}

@Suite struct BigIntegerTests {
  private func random(_ generator: inout Xorshift) -> BigInteger {
    let count = Int.random(in: 0...12, using: &generator)
    // Limbs of all zeros and all ones are where carries and digit estimates go wrong.
    let limbs = (0..<count).map { _ in
      [0, 1, .max, 0x8000_0000, UInt32.random(in: 0 ... .max, using: &generator)].randomElement(using: &generator) ?? 0
    }
    return BigInteger(limbs: limbs, isNegative: Bool.random(using: &generator))
  }

  @Test func `quotient and remainder give the dividend back, and sums and products obey their laws`() {
    var generator = Xorshift()
    for _ in 0..<4000 {
      let (a, b, c) = (random(&generator), random(&generator), random(&generator))
      #expect(a + b - b == a)
      #expect((a + b) * c == a * c + b * c)
      guard !b.isZero else { continue }
      let (quotient, remainder) = a.dividedTowardZero(by: b)
      #expect(quotient * b + remainder == a)
      #expect(remainder.magnitude < b.magnitude)
      #expect(remainder.isZero || remainder.isNegative == a.isNegative)
    }
  }

  @Test func `a root is the largest number whose power fits`() {
    var generator = Xorshift()
    for degree in 1...7 {
      for _ in 0..<60 {
        let value = random(&generator).magnitude
        let root = value.root(degree)
        #expect(root.power(degree) <= value)
        #expect((root + .one).power(degree) > value)
      }
    }
  }

  @Test func `decimal digits go in and come out`() throws {
    var generator = Xorshift()
    for _ in 0..<200 {
      let value = random(&generator).magnitude
      #expect(BigInteger(digits: value.description) == value)
    }
    #expect(BigInteger(2).power(64).description == "18446744073709551616")
    #expect(BigInteger(Int.min).description == "-9223372036854775808")
    #expect(BigInteger(digits: "000") == .zero)
    #expect(BigInteger(digits: "") == nil)
    #expect(BigInteger(digits: "1a") == nil)
    #expect(BigInteger(Int.max).int == Int.max)
    #expect((BigInteger(Int.max) + .one).int == nil)
  }
}

@Suite struct NumberFormatTests {
  @Test(arguments: [
    ("0.1", "0,1", "0.1"), ("1234.5", "1.234,5", "1,234.5"), ("1000000", "1.000.000", "1,000,000"),
    ("0.00000000000000000001", "0,00000000000000000001", "0.00000000000000000001"), ("100.50", "100,5", "100.5"),
  ])
  func `a decimal is shown whole, by the language`(decimal: String, spanish: String, english: String) {
    let value = Rational(decimal: decimal)
    #expect(NumberFormat(language: .spanish).show(value).text == spanish)
    #expect(NumberFormat(language: .english).show(value).text == english)
    #expect(!NumberFormat(language: .english).show(value).isRounded)
  }

  @Test func `what does not end is rounded half away from zero and says so`() {
    let format = NumberFormat(language: .english)
    #expect(format.show(Rational(2, over: 3)).text == "0.6666666667")
    #expect(format.show(Rational(-2, over: 3)).text == "\u{2212}0.6666666667")
    #expect(format.show(Rational(2, over: 3)).isRounded)
    #expect(format.show(Rational(1, over: 3_000_000_000_000)).text == "0.00000000000033333333")
  }

  @Test(
    arguments: [
      ("1.234", Language.spanish, "1234"), ("1.234", .english, "617/500"), ("1,234", .english, "1234"),
      ("1,234", .spanish, "617/500"), ("3.14", .spanish, "157/50"), ("3,14", .english, "157/50"),
      ("1.234,5", .spanish, "2469/2"), ("1,234.5", .english, "2469/2"), ("1,234.5", .spanish, "2469/2"),
      ("1.234.567", .english, "1234567"), ("1,234,567", .spanish, "1234567"), ("0.125", .spanish, "1/8"),
      ("0,125", .english, "1/8"), ("12.34.56", .spanish, nil), ("192.168.1.1", .english, nil),
      ("1,23,456", .english, nil),
      (String(repeating: "9", count: 301), .english, nil),
    ] as [(String, Language, String?)])
  func `marks within digits are read by the language where they could mean two things`(
    text: String, language: Language, expected: String?
  ) {
    let value = Numeral.value(text, language: language)
    let fraction = value.map { $0.numerator.description + ($0.isInteger ? "" : "/" + $0.denominator.description) }
    #expect(fraction == expected)
  }
}

@Suite struct NumberWordTests {
  private func read(_ text: String, _ language: Language) -> String? {
    guard let tokens = Tokenizer.tokens(of: text),
      let (value, end) = Reader(tokens: tokens, language: language).number(at: 0), end == tokens.count
    else { return nil }
    return NumberFormat.plain(value, isExact: true)
  }

  @Test(
    arguments: [
      ("cero", "0"), ("dieciséis", "16"), ("veintiún mil", "21000"), ("treinta y uno", "31"), ("cien", "100"),
      ("ciento uno", "101"), ("quinientos cincuenta y cinco", "555"), ("mil", "1000"), ("mil uno", "1001"),
      ("dos mil veintiséis", "2026"), ("un millón", "1000000"), ("dos millones trescientos mil cuatro", "2300004"),
      ("mil millones", "1000000000"), ("3 mil", "3000"), ("2,5 millones", "2500000"), ("tres coma catorce", "3.14"),
      ("dos tres", nil), ("mil mil", nil), ("veinte y dos cientos", nil),
    ] as [(String, String?)])
  func `Spanish number words`(text: String, expected: String?) { #expect(read(text, .spanish) == expected) }

  @Test(
    arguments: [
      ("zero", "0"), ("nineteen", "19"), ("twenty-five", "25"), ("twenty five", "25"), ("a hundred", "100"),
      ("one hundred and one", "101"), ("nine hundred ninety-nine", "999"), ("two thousand and twenty-six", "2026"),
      ("twelve hundred", "1200"), ("a million", "1000000"), ("three million two hundred thousand and five", "3200005"),
      ("1.5 million", "1500000"), ("three point one four", "3.14"), ("two three", nil), ("thousand", nil),
      ("million thousand", nil),
    ] as [(String, String?)])
  func `English number words`(text: String, expected: String?) { #expect(read(text, .english) == expected) }
}
