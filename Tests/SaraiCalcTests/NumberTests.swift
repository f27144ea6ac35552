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

@Suite struct PowerTests {
  /// The digits are those of an arithmetic of 60 decimals.
  @Test(arguments: [
    ("2^0.001", "~1.0006933875"), ("2^1.0001", "~2.0001386342"), ("100^0.12345", "~1.7656312223"),
    ("1.0000001^1000", "~1.000100005"), ("2^(1/1000)", "~1.0006933875"), ("2^pi", "~8.8249778271"),
    ("0.999^12345.6", "~0.00000432206648"), ("2^-40.5", "~0.00000000000064310987"), ("7^0.5", "~2.6457513111"),
    ("(1+10^-50)^(10^50)", "~2.7182818285"), ("(1+10^-1000)^(10^1000)", "~2.7182818285"),
    ("(1-10^-1000)^(10^1000)", "~0.3678794412"), ("1.0000001^100 * 1.0000001^100", "~1.0000200002"),
    ("1.5^5000", "~2.8595340903e880"), ("6022^100 * √2", "~1.3322634565e378"), ("√(2*10^-200)", "~1.4142135624e-100"),
    ("(-8)^(2/3)", "4"), ("(-8)^(1/3)", "-2"), ("4^0.5", "2"), ("(2^1000)^(1/1000)", "2"), ("4^-1.5", "1/8"),
    ("(-2)^0.5", "!negativeRoot"), ("(-2)^pi", "!noRealPower"), ("0^0.5", "0"), ("0^-0.5", "!divisionByZero"),
    ("(536!)/(535!)", "536"), ("√0", "0"), ("1^0.3", "1"), ("5^0", "1"),
  ])
  func `a power is right to the last digit that is said`(question: String, expected: String) {
    let plain = ask(question, .english)?.plain
    // An eighth ends: it is written as a decimal.
    #expect(plain == (expected == "1/8" ? "0.125" : expected))
  }

  @Test func `a root to the power of its degree is the number again`() throws {
    let unit = Rational(.one, over: .powerOfTen(100))
    for (number, degree) in [(2, 2), (10, 3), (999_999, 7), (3, 1001), (123_456_789, 64)] {
      let root = try ApproximatePower.value(Rational(number), Rational(1, over: degree))
      let back = try ApproximatePower.value(root, Rational(degree))
      #expect((back - Rational(number)).magnitude < Rational(number) * unit, "\(number) \(degree)")
    }
  }

  @Test func `a shift is a product or a quotient by a power of two`() {
    var generator = Xorshift()
    for _ in 0..<300 {
      let limbs = (0..<Int.random(in: 0...6, using: &generator)).map { _ in
        UInt32.random(in: 0 ... .max, using: &generator)
      }
      let value = BigInteger(limbs: limbs, isNegative: Bool.random(using: &generator))
      let count = Int.random(in: 0...200, using: &generator)
      let factor = BigInteger(2).power(count)
      #expect(value.shifted(left: count) == value * factor)
      #expect(value.shifted(left: -count) == value.dividedTowardZero(by: factor).quotient)
    }
  }
}

@Suite struct NumberFormatTests {
  @Test func `a number close to zero is shown in powers of ten, and one that is not known whole`() {
    let format = NumberFormat(language: .spanish)
    let tiny = Rational(-2, over: 3) * Rational(.one, over: .powerOfTen(40))
    #expect(format.show(tiny).text == "\u{2212}6,6666666667 × 10^\u{2212}41")
    #expect(format.show(tiny).isRounded)
    let exact = Rational(BigInteger(125), over: .powerOfTen(52))
    #expect(format.show(exact).text == "1,25 × 10^\u{2212}50")
    #expect(!format.show(exact).isRounded)
    let nines = Rational(.powerOfTen(12) - .one, over: .powerOfTen(62))
    #expect(format.show(nines).text == "1 × 10^\u{2212}50")
    #expect(format.show(nines).isRounded)
    let large = Rational(BigInteger.powerOfTen(40))
    #expect(format.show(large, isExact: false).text == "1 × 10^40")
    #expect(format.show(large).text.utf8.count == 41 + 13)
    #expect(NumberFormat.plain(tiny, isExact: false) == "~-6.6666666667e-41")
  }

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
