import SaraiCore

/// Names of makers, which tell that «un Kia» is a car.
enum Makes {
  /// Whether an object names a thing of this kind by its maker.
  ///
  /// - Parameter nouns: What the kind is called, as in `EntityName.nouns`.
  static func isMake(_ object: String, of nouns: [String]) -> Bool {
    let words = object.split(separator: " ").map { Fold.text($0) }
    let makes = nouns.contains("coche") ? cars : nouns.contains("telefono") ? phones : []
    return words.count < 6 && words.contains(where: makes.contains)
  }

  private static let cars = Vocabulary.set(
    """
    seat renault peugeot citroen ford opel volkswagen toyota kia hyundai nissan dacia fiat audi bmw mercedes skoda volvo mazda honda
    suzuki mitsubishi tesla jeep subaru lexus porsche ferrari jaguar chevrolet chrysler dodge vauxhall cupra lancia saab smart byd
    """)
  private static let phones = Vocabulary.set("iphone samsung xiaomi huawei motorola nokia oppo oneplus realme pixel")
}
