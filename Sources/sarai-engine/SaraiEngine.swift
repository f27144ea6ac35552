@main
struct SaraiEngine {
  static func main() {}
}
