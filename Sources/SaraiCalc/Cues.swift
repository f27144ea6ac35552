/// Words without which a question has nothing to work out, where it has no digit either.
enum Cues {
  static let words: Set<String> = Set(
    """
    cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece catorce quince dieciseis diecisiete \
    dieciocho diecinueve veinte veintiuno veintidos veintitres veinticuatro veinticinco veintiseis veintisiete \
    veintiocho veintinueve treinta cuarenta cincuenta sesenta setenta ochenta noventa cien ciento doscientos \
    trescientos cuatrocientos quinientos seiscientos setecientos ochocientos novecientos mil millon millones media medio \
    un una hoy manana ayer anteayer navidad nochebuena nochevieja lunes martes miercoles jueves viernes sabado domingo \
    enero febrero marzo abril mayo junio julio agosto septiembre setiembre octubre noviembre diciembre hora fecha dia ano \
    reyes mediodia medianoche noon midnight halloween valentin anos \
    zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen \
    eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million half a an today \
    tomorrow yesterday christmas xmas monday tuesday wednesday thursday friday saturday sunday january february march \
    april may june july august september october november december time date day year years todays valentines boxing pi
    """.split(separator: " ").map(String.init))
}
