package import SaraiCore

extension Sarai_Loop_V1_Fault {
  package init(_ error: SaraiError) {
    self.init()
    code = error.code.rawValue
    messageEs = error.message.es
    messageEn = error.message.en
  }
}

extension SaraiError {
  package init(_ fault: Sarai_Loop_V1_Fault) {
    self.init(Code(rawValue: fault.code) ?? .internalFault, es: fault.messageEs, en: fault.messageEn)
  }
}
