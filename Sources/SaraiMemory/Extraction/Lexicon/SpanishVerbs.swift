/// Verbs of everyday Spanish, by how they are conjugated.
enum SpanishVerbs {
  /// Conjugated by the rules of their ending alone.
  static let regular = """
    abandonar despedir abrazar aburrir acabar aceptar acompañar aconsejar actuar adoptar adorar afectar ahorrar alquilar amar
    andar apellidar apodar aparcar aprobar aprender apuntar arreglar asistir asustar atacar ayudar bailar bajar bañar
    beber besar borrar brindar buscar caminar cambiar cancelar cantar casar celebrar cenar chocar cobrar cocinar coleccionar
    combinar comer compartir completar comprar comunicar conectar confirmar considerar consultar contratar contestar
    chiflar flipar molar pirrar privar
    correr cortar cosechar coser criar cruzar cuidar cultivar cumplir cursar deber decidir dedicar dejar depender
    desayunar descansar desear detestar dibujar diseñar disfrutar divorciar dudar durar echar ejercer elaborar emigrar
    enamorar encantar enfadar enseñar entender entrar entregar entrenar enviar escapar escuchar esperar esquiar estacionar
    estrenar estudiar evitar existir explicar fabricar faltar fascinar firmar formar fumar funcionar ganar gastar grabar
    graduar guardar gustar habitar hablar heredar importar imprimir indicar iniciar instalar intentar interesar invitar jubilar juntar
    ladrar lavar levantar liderar limpiar llamar llegar llenar llevar llorar luchar madrugar mandar manejar marcar marchar
    matricular meter mezclar mirar molestar montar mudar nadar necesitar ocupar odiar ofrecer olvidar operar organizar
    pagar parar parecer participar partir pasar pasear patinar pedalear pegar pelear pensionar perdonar permitir pesar
    pescar picar pintar planear plantar practicar preferir preguntar preocupar preparar presentar prestar prohibir
    pronunciar proteger publicar quedar quejar quemar quitar rechazar recibir recoger recordar reformar regalar regresar
    relajar remar reparar repartir repasar reservar residir respetar responder restaurar retirar reunir revisar robar romper
    roncar sacar saltar salvar separar significar sonar soportar subir sudar sufrir superar surfear tapar tardar
    terminar tirar tocar tomar trabajar traducir transportar tratar usar utilizar vender viajar visitar vivir
    votar diagnosticar pintar bordar tejer escalar veranear currar laburar platicar rentar parquear chambear extrañar
    veranear presidir dirigir exigir corregir elegir coger recetar inyectar programar fotografiar navegar mover
    entrenar jubilarse anotar apagar prender mantener fichar ascender trasladar instalar aparecer doler operar medir
    aborrecer amamantar comentar contactar adelantar atrasar aplazar retrasar prometer deprimir vacunar bautizar
    calzar regentar gestionar administrar repasar barrer planchar fregar tapizar montar madrugar trasnochar
    bucear remar patinar entrenar meditar rezar coleccionar subrayar archivar aguantar tragar tolerar pirrar molar privar
    repugnar horrorizar aterrar sustituir impartir supervisar coordinar vigilar atender atracar pilotar tripular amasar
    hornear destilar podar ordeñar esquilar pastorear criar domar herrar apadrinar acoger
    recaudar subvencionar patrocinar sospechar temer añorar envidiar respirar estornudar toser cojear tartamudear
    pignorar avalar cotizar tributar ahorrar derrochar malgastar sortear apostar
    mudar empadronar residir veranear acampar peregrinar hospedar turistear trabajar opositar
    suspender aprobar repetir ingresar matricular tutorizar traspasar liquidar inaugurar clausurar
    averiar pinchar repostar remolcar abollar estropear perfumar maquillar afeitar depilar peinar rapar
    caducar vencer expirar renovar afirmar jurar opinar insistir imaginar asegurar sugerir sostener
    fallecer nombrar alojar hospedar residenciar jugar matar cazar fregar regar cerrar vestir
    """

  /// The vowel of the stem changes where it is stressed: e → ie, o → ue, e → i.
  static let changing = """
    empezar:ie comenzar:ie pensar:ie cerrar:ie despertar:ie sentar:ie recomendar:ie calentar:ie querer:ie entender:ie
    perder:ie preferir:ie sentir:ie mentir:ie divertir:ie invertir:ie atender:ie encender:ie defender:ie ascender:ie
    regar:ie fregar:ie nevar:ie tender:ie extender:ie
    contar:ue encontrar:ue costar:ue recordar:ue soñar:ue volver:ue mover:ue dormir:ue morir:ue poder:ue jugar:ue
    almorzar:ue probar:ue mostrar:ue acostar:ue aprobar:ue doler:ue devolver:ue colgar:ue volar:ue rogar:ue demostrar:ue
    sonar:ue resolver:ue envolver:ue llover:ue morder:ue soler:ue apostar:ue colgar:ue
    pedir:i servir:i seguir:i repetir:i elegir:i vestir:i despedir:i medir:i conseguir:i corregir:i impedir:i reir:i
    freir:i sonreir:i competir:i
    """

  /// Forms that no rule makes: tense and persons 1s 2s 3s 1p 2p 3p.
  static let irregular: [String: [SpanishTense: String]] = [
    "ser": [
      .present: "soy eres es somos sois son", .preterite: "fui fuiste fue fuimos fuisteis fueron",
      .imperfect: "era eras era éramos erais eran", .participle: "sido",
    ],
    "estar": [
      .present: "estoy estás está estamos estáis están",
      .preterite: "estuve estuviste estuvo estuvimos estuvisteis estuvieron",
    ],
    "ir": [
      .present: "voy vas va vamos vais van", .preterite: "fui fuiste fue fuimos fuisteis fueron",
      .imperfect: "iba ibas iba íbamos ibais iban", .participle: "ido", .gerund: "yendo",
    ],
    "haber": [
      .present: "he has ha hemos habéis han", .preterite: "hube hubiste hubo hubimos hubisteis hubieron",
      .future: "habré habrás habrá habremos habréis habrán",
      .conditional: "habría habrías habría habríamos habríais habrían",
    ],
    "tener": [
      .present: "tengo tienes tiene tenemos tenéis tienen",
      .preterite: "tuve tuviste tuvo tuvimos tuvisteis tuvieron",
      .future: "tendré tendrás tendrá tendremos tendréis tendrán",
      .conditional: "tendría tendrías tendría tendríamos tendríais tendrían",
    ],
    "mantener": [
      .present: "mantengo mantienes mantiene mantenemos mantenéis mantienen",
      .preterite: "mantuve mantuviste mantuvo mantuvimos mantuvisteis mantuvieron",
    ],
    "hacer": [
      .present: "hago haces hace hacemos hacéis hacen", .preterite: "hice hiciste hizo hicimos hicisteis hicieron",
      .future: "haré harás hará haremos haréis harán", .participle: "hecho",
    ],
    "decir": [
      .present: "digo dices dice decimos decís dicen", .preterite: "dije dijiste dijo dijimos dijisteis dijeron",
      .future: "diré dirás dirá diremos diréis dirán", .participle: "dicho", .gerund: "diciendo",
    ],
    "poder": [
      .preterite: "pude pudiste pudo pudimos pudisteis pudieron",
      .future: "podré podrás podrá podremos podréis podrán", .gerund: "pudiendo",
    ],
    "querer": [
      .preterite: "quise quisiste quiso quisimos quisisteis quisieron",
      .future: "querré querrás querrá querremos querréis querrán",
    ],
    "saber": [
      .present: "sé sabes sabe sabemos sabéis saben", .preterite: "supe supiste supo supimos supisteis supieron",
      .future: "sabré sabrás sabrá sabremos sabréis sabrán",
    ],
    "venir": [
      .present: "vengo vienes viene venimos venís vienen",
      .preterite: "vine viniste vino vinimos vinisteis vinieron",
      .future: "vendré vendrás vendrá vendremos vendréis vendrán", .gerund: "viniendo",
    ],
    "poner": [
      .present: "pongo pones pone ponemos ponéis ponen",
      .preterite: "puse pusiste puso pusimos pusisteis pusieron",
      .future: "pondré pondrás pondrá pondremos pondréis pondrán", .participle: "puesto",
    ],
    "salir": [
      .present: "salgo sales sale salimos salís salen", .future: "saldré saldrás saldrá saldremos saldréis saldrán",
    ],
    "dar": [
      .present: "doy das da damos dais dan", .preterite: "di diste dio dimos disteis dieron",
    ],
    "ver": [
      .present: "veo ves ve vemos veis ven", .preterite: "vi viste vio vimos visteis vieron",
      .imperfect: "veía veías veía veíamos veíais veían", .participle: "visto",
    ],
    "traer": [
      .present: "traigo traes trae traemos traéis traen",
      .preterite: "traje trajiste trajo trajimos trajisteis trajeron", .participle: "traído", .gerund: "trayendo",
    ],
    "caer": [
      .present: "caigo caes cae caemos caéis caen", .preterite: "caí caíste cayó caímos caísteis cayeron",
      .participle: "caído", .gerund: "cayendo",
    ],
    "oír": [
      .present: "oigo oyes oye oímos oís oyen", .preterite: "oí oíste oyó oímos oísteis oyeron",
      .participle: "oído", .gerund: "oyendo",
    ],
    "conducir": [.preterite: "conduje condujiste condujo condujimos condujisteis condujeron"],
    "traducir": [.preterite: "traduje tradujiste tradujo tradujimos tradujisteis tradujeron"],
    "andar": [.preterite: "anduve anduviste anduvo anduvimos anduvisteis anduvieron"],
    "leer": [.preterite: "leí leíste leyó leímos leísteis leyeron", .participle: "leído", .gerund: "leyendo"],
    "creer": [.preterite: "creí creíste creyó creímos creísteis creyeron", .participle: "creído"],
    "reir": [.present: "río ríes ríe reímos reís ríen"],
    "conocer": [:], "nacer": [:], "crecer": [:], "parecer": [:], "ofrecer": [:], "merecer": [:], "agradecer": [:],
    "construir": [:], "destruir": [:], "incluir": [:], "pertenecer": [:],
    "escribir": [.participle: "escrito"], "abrir": [.participle: "abierto"], "romper": [.participle: "roto"],
    "volver": [.participle: "vuelto"], "devolver": [.participle: "devuelto"], "morir": [.participle: "muerto"],
    "describir": [.participle: "descrito"], "cubrir": [.participle: "cubierto"], "freir": [.participle: "frito"],
    "resolver": [.participle: "resuelto"], "envolver": [.participle: "envuelto"],
    "descubrir": [.participle: "descubierto"], "imprimir": [.participle: "impreso"],
  ]

  /// Forms that are names of things far more often than verbs, when nothing else tells.
  static let nounLike: Set<String> = [
    "curso", "cursos", "apellido", "apellidos", "casa", "cuenta", "compra", "cena", "cocina", "vino", "vista", "salida",
    "comida", "bebida",
    "marca", "nota",
    "pinta",
    "llamada", "entrada", "nada", "gana", "ganas", "cara", "rio", "sobre", "para", "como", "entre", "bajo", "pesca",
    "caza", "visita", "pasta", "cambio", "trabajo", "viaje", "estudio", "estudios", "gasto", "uso", "pago", "regalo",
    "cuento", "juego", "baile", "pase", "parte", "ducha", "llave", "moda", "plan", "cita", "forma", "firma", "falta",
    "duda",
    "ayuda", "busca", "caminos", "marcha", "ruta", "vida", "muerte", "muerto", "hecho", "dicho", "puesto", "helado",
    "pescado",
    "asado", "estado", "lado", "empleado", "jubilado", "casado", "casada", "separado", "separada", "sonido", "partido",
    "pedido", "tejido", "vestido", "marido", "llamado", "llamada", "parado", "parada", "soltero", "sal", "di", "ve",
    "ven",
    "sube", "bolsa", "cobro", "cargo", "camino", "paseo", "peso", "toma", "deporte", "seguro", "abono", "cuida",
    "cuidado", "sueno", "suenos", "hijo", "anos", "ano", "toque", "corte", "cria", "practica", "practicas", "dieta",
    "libre",
    "olvido", "apodo", "apunte", "apuntes", "recibo", "saco", "copa", "espera", "tarde", "planta", "plantas", "reforma",
    "reserva", "reservas", "programa", "oferta", "presa", "jugo", "oficio", "interes", "piso", "vuelo",
    "dibujo", "ensayo", "retiro", "cena", "cenas", "comidas", "compras", "visitas", "clase", "maneja", "sierra",
    "limpieza",
    "celebre", "vuelta", "cuentas", "pago", "pagos", "juegos", "jugada", "prueba", "encargo", "queja", "monta", "venta",
    "traje",
    "traslado", "mando", "nombre", "abrazo", "beso", "quiero", "quemadura", "coste", "costa", "piloto", "barro",
    "atraco",
    "pincho", "repaso", "trago", "peregrino", "peregrina", "plancha", "curro", "barra", "cria", "vigilia", "medito",
    "resta", "suma",
  ]
}
