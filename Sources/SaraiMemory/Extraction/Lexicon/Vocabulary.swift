/// Words of which both languages have one each, so that what was told in one is found in the other.
enum Vocabulary {
  /// What an English noun is called in the memory.
  static let nouns = table(
    """
    dog=perro puppy=perro pup=perro perrito=perro perrita=perra cat=gato kitten=gato kitty=gato gatito=gato gatita=gata
    car=coche bike=bici bicycle=bici motorcycle=moto motorbike=moto
    house=casa home=casa apartment=piso flat=piso
    birthday=cumpleanos cumple=cumpleanos name=nombre phone=telefono cellphone=telefono
    mobile=telefono laptop=portatil computer=ordenador
    password=clave passcode=clave code=codigo key=llave keys=llave
    address=direccion email=correo e-mail=correo color=color colour=color
    job=trabajo work=trabajo anniversary=aniversario school=colegio
    food=comida meal=comida dish=plato book=libro movie=pelicula film=pelicula song=cancion band=grupo team=equipo
    city=ciudad town=pueblo country=pais language=idioma size=talla weight=peso height=estatura age=edad
    horse=caballo bird=pajaro parrot=loro rabbit=conejo turtle=tortuga tortoise=tortuga hamster=hamster fish=pez
    garden=jardin garage=garaje office=oficina number=numero doctor=medico surname=apellido
    meeting=reunion appointment=cita flight=vuelo wedding=boda exam=examen test=examen interview=entrevista
    wifi=wifi wi-fi=wifi passport=pasaporte locker=taquilla
    """)

  /// Spanish nouns for the same thing; each is kept as it was told.
  private static let synonymGroups = [
    ["telefono", "movil", "celular"], ["coche", "carro", "auto"], ["clave", "contrasena", "password"],
    ["bici", "bicicleta"],
    ["moto", "motocicleta"], ["piso", "apartamento", "departamento"], ["colegio", "cole", "escuela"],
    ["correo", "mail", "email"],
    ["ordenador", "computadora", "pc"], ["portatil", "laptop"], ["perro", "perrito", "cachorro"], ["cita", "turno"],
    ["pelicula", "peli", "film"], ["television", "tele"],
    ["instituto", "insti"], ["universidad", "uni", "facultad"], ["frigorifico", "nevera", "frigo"],
    ["gafas", "lentes", "anteojos"], ["profesion", "oficio"], ["zumo", "jugo"], ["patata", "papa"],
  ]

  /// A Spanish noun and others for the same thing.
  static func synonyms(of noun: String) -> [String] {
    [noun] + (synonymGroups.first { $0.contains(noun) } ?? []).filter { $0 != noun }
  }

  /// One noun for all of the same meaning.
  static func sense(_ word: String) -> String {
    let noun = properties[word] ?? noun(word)
    return synonymGroups.first { $0.contains(noun) }?.first ?? noun
  }

  /// What English properties are called.
  private static let properties = table(
    """
    married=casado single=soltero divorced=divorciado widowed=viudo pregnant=embarazada allergic=alergico vegetarian=vegetariano
    vegan=vegano retired=jubilado diabetic=diabetico coeliac=celiaco celiac=celiaco left-handed=zurdo blind=ciego deaf=sordo
    red=rojo blue=azul green=verde yellow=amarillo black=negro white=blanco grey=gris gray=gris brown=marron pink=rosa
    coffee=cafe tea=te meat=carne fish=pescado milk=leche cheese=queso bread=pan wine=vino beer=cerveza water=agua
    olives=aceitunas football=futbol soccer=futbol tennis=tenis chess=ajedrez guitar=guitarra
    english=ingles spanish=espanol french=frances german=aleman italian=italiano portuguese=portugues
    """)

  /// What an English verb, or a verb of the same meaning, is called in the memory.
  static let verbs = table(
    """
    live=vivir reside=vivir residir=vivir habitar=vivir work=trabajar currar=trabajar laburar=trabajar chambear=trabajar
    like=gustar love=encantar enjoy=gustar hate=odiar detest=odiar dislike=odiar detestar=odiar aborrecer=odiar
    prefer=preferir study=estudiar cursar=estudiar learn=aprender play=jugar eat=comer drink=beber tomar=beber
    have=tener own=tener be=ser speak=hablar read=leer drive=conducir manejar=conducir teach=enseñar
    smoke=fumar cost=costar weigh=pesar pay=pagar lend=prestar owe=deber give=dar buy=comprar sell=vender
    marry=casar divorce=divorciar retire=jubilar move=mudar relocate=mudar use=usar utilizar=usar keep=guardar
    know=saber want=querer go=ir travel=viajar swim=nadar run=correr sing=cantar cook=cocinar write=escribir
    sleep=dormir meet=conocer see=ver visit=visitar help=ayudar park=aparcar estacionar=aparcar parquear=aparcar
    win=ganar lose=perder start=empezar begin=empezar comenzar=empezar leave=dejar build=construir make=hacer do=hacer
    cumplir=cumplir turn=cumplir date=salir wear=llevar bear=nacer die=morir fallecer=morir call=llamar
    dedicar=dedicar need=necesitar collect=coleccionar train=entrenar earn=ganar inherit=heredar expire=caducar expirar=caducar vencer=caducar bite=morder
    """)

  /// English prepositions beside the Spanish ones that they are stored as.
  static let prepositions = table(
    """
    in=en at=en on=en to=a with=con from=de of=de for=para by=por about=sobre under=bajo without=sin since=desde until=hasta
    into=en onto=en near=cerca inside=en as=de como=de behind=tras between=entre
    """)

  static let colours: Set<String> = set(
    """
    rojo roja azul verde amarillo amarilla negro negra blanco blanca gris marron naranja rosa morado morada violeta beige
    granate turquesa dorado dorada plateado plateada celeste lila crema atigrado atigrada canela pardo parda
    red blue green yellow black white gray grey brown orange pink purple violet beige teal gold golden silver navy maroon
    ginger tan turquoise cream tabby
    """)

  static let nationalities: Set<String> = set(
    """
    espanol espanola frances francesa italiano italiana aleman alemana ingles inglesa portugues portuguesa sueco sueca
    noruego noruega danes danesa holandes holandesa belga suizo suiza austriaco austriaca polaco polaca rumano rumana
    bulgaro bulgara ruso rusa ucraniano ucraniana griego griega turco turca marroqui argelino argelina senegales
    argentino argentina uruguayo uruguaya chileno chilena peruano peruana boliviano boliviana colombiano colombiana
    venezolano venezolana ecuatoriano ecuatoriana mexicano mexicana cubano cubana dominicano dominicana brasileno brasilena
    paraguayo paraguaya hondureno salvadoreno guatemalteco nicaraguense panameno costarricense puertorriqueno
    estadounidense americano americana canadiense japones japonesa chino china coreano coreana indio india irlandes
    irlandesa escoces escocesa britanico britanica andaluz andaluza gallego gallega catalan catalana vasco vasca
    asturiano asturiana valenciano valenciana canario canaria madrileno madrilena sevillano sevillana filipino filipina
    spanish french italian german english portuguese swedish norwegian danish dutch belgian swiss austrian polish romanian
    bulgarian russian ukrainian greek turkish moroccan algerian argentinian uruguayan chilean peruvian bolivian colombian
    venezuelan ecuadorian mexican cuban dominican brazilian american canadian japanese chinese korean indian irish scottish
    british welsh australian nigerian kenyan ghanaian egyptian iranian iraqi israeli vietnamese thai filipino pakistani
    """)

  /// Adjectives that say how somebody is, so never what somebody does for a living.
  static let states: Set<String> = set(
    """
    alto alta bajo baja guapo guapa feo fea gordo gorda delgado delgada rubio rubia moreno morena pelirrojo pelirroja calvo
    timido timida majo maja simpatico simpatica antipatico serio seria alegre triste listo lista tonto vago vaga
    inteligente amable cariñoso cariñosa nervioso nerviosa tranquilo tranquila joven viejo vieja mayor pequeno pequena
    zurdo zurda diestro diestra vegano vegana vegetariano vegetariana celiaco celiaca diabetico diabetica asmatico asmatica
    alergico alergica intolerante soltero soltera casado casada viudo viuda divorciado divorciada separado embarazada
    miope sordo sorda ciego ciega enfermo enferma ateo atea catolico catolica budista musulman musulmana judio judia
    introvertido introvertida extrovertido extrovertida feliz cansado cansada unico unica grande enorme
    tall short handsome pretty ugly fat thin blond blonde brunette redhead bald shy nice funny serious happy sad smart lazy
    kind nervous calm young old older younger lefthanded left-handed right-handed vegan vegetarian celiac coeliac diabetic
    asthmatic allergic intolerant single married widowed divorced separated pregnant deaf blind sick ill atheist catholic
    buddhist muslim jewish introverted extroverted tired big small large huge only great good bad
    """)

  /// What one asks for who asks for an opinion.
  static let judgements: Set<String> = set(
    """
    normal bueno buena malo mala mejor posible seguro segura recomendable peligroso peligrosa suficiente verdad raro rara
    enough good bad ok okay safe strong possible dangerous better weird true right wrong worth
    """)

  static func noun(_ word: String) -> String { nouns[word] ?? word }
  static func verb(_ lemma: String) -> String { verbs[Fold.text(lemma)] ?? lemma }
  static func preposition(_ word: String) -> String { prepositions[word] ?? word }

  private static func table(_ text: String) -> [String: String] {
    Dictionary(
      text.split(whereSeparator: \.isWhitespace).compactMap { entry in
        let parts = entry.split(separator: "=")
        return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
      }, uniquingKeysWith: { first, _ in first })
  }

  static func set(_ text: String) -> Set<String> {
    Set(text.split(whereSeparator: \.isWhitespace).map { Fold.text($0) })
  }
}
