/// Phrases of Spanish and English, folded. Adjectives are in `Quality`, nouns of data in `Synonyms`.
enum Phrases {
  static let longest = 4

  static let items: [[String]: QuestionItem] = {
    var items: [[String]: QuestionItem] = [:]
    for (item, phrases) in table + Quality.phrases {
      for phrase in phrases.split(separator: ",") {
        items[phrase.split(separator: " ").map(String.init)] = item
      }
    }
    for word in fillers.split(separator: " ") { items[[String(word)]] = .filler }
    for word in light { items[[word]] = .filler }
    return items
  }()

  private static let table: [(QuestionItem, String)] = asked + ranked + grouped + compared + dated + negated + silent

  private static let asked: [(QuestionItem, String)] = [
    (
      .count,
      "cuantos,cuantas,how many,number of,the number of,numero de,cuenta,cuenta de,count,count of,conteo de,recuento de,"
        + "cantidad de,amount of rows,que numero de,what number of"
    ),
    (.howMuch, "cuanto,cuanta,how much,how much money,cuanto dinero,que cantidad"),
    (.total, "total,totales,overall,global,total de los,total de las,total of the,total of all"),
    (.aggregate(.sum), "suma,suma de,suman,sumar,sum,sum of,total sum of,suma total,suma total de,sumatorio de"),
    (
      .aggregate(.avg),
      "media,medio,medias,medios,promedio,average,mean,avg,media de,promedio de,average number of,numero medio de,"
        + "valor medio,mean value"
    ),
    (.distinct, "distintos,distintas,diferentes,distinct,different,unique,unicos,unicas"),
    (.who, "quien,quienes,who,whom"),
    (.when, "cuando,when,en que fecha,on what date,on which date,que dia,what day,which day"),
    (.rows, "filas,registros,rows,records,fila,registro,row,record,entries,entradas,people,personas,gente,persons"),
    (
      .everything,
      "everything,todo,datos,data,los datos,all data,the data,all the data,todos los datos,contenido,contents,all of it"
    ),
    (.tables, "tablas,tables"), (.columns, "columnas,columns,campos,fields"),
  ]

  private static let ranked: [(QuestionItem, String)] = [
    (
      .extreme(descending: true),
      "mayor,maximo,maxima,maximos,maximas,maximum,max,mas alto,mas alta,mas altos,mas altas,mas grande,mas grandes,highest,"
        + "largest,biggest,greatest,mas elevado,mas elevada,mas elevados,mas elevadas,mas larga,valor maximo"
    ),
    (
      .extreme(descending: false),
      "menor,minimo,minima,minimos,minimas,minimum,min,mas bajo,mas baja,mas bajos,mas bajas,mas pequeno,mas pequena,"
        + "lowest,smallest,valor minimo"
    ),
    (.most(descending: true), "mas,most,mayor numero de,mayor cantidad de,highest number of"),
    (
      .most(descending: false),
      "menos,fewest,least,menor numero de,menor cantidad de,lowest number of"
    ),
    (.times, "veces,times,often,vez"), (.top, "top,primeros,primeras,first,primer,primera"),
    (
      .orderBy,
      "ordenado por,ordenados por,ordenada por,ordenadas por,ordena por,ordenar por,ordered by,sorted by,order by,sort by,"
        + "por orden de,in order of,ranked by,ordenados segun"
    ),
    (
      .direction(descending: true),
      "de mayor a menor,descendente,descending,desc,from highest to lowest,en orden descendente"
    ),
    (
      .direction(descending: false),
      "de menor a mayor,ascendente,ascending,asc,from lowest to highest,alfabeticamente,alphabetically,en orden ascendente"
    ),
  ]

  private static let grouped: [(QuestionItem, String)] = [
    (
      .per,
      "por,por cada,para cada,de cada,en cada,a cada,cada,segun,per,by,for each,for every,each,every,in each,in every,of each,"
        + "agrupado por,agrupados por,agrupada por,agrupadas por,grouped by,group by,broken down by,desglosado por"
    ),
    (.period(.day), "dia,dias,day,days"), (.period(.month), "mes,meses,month,months"),
    (.period(.year), "ano,year"),
    (.perPeriod(.day), "diario,diaria,diarios,diarias,daily"),
    (.perPeriod(.month), "mensual,mensuales,mensualmente,monthly"),
    (.perPeriod(.year), "anual,anuales,anualmente,yearly,annual,annually"),
  ]

  private static let compared: [(QuestionItem, String)] = [
    (
      .compare(.more),
      "mayor que,mayores que,mas de,mas que,mayor a,superior a,superiores a,por encima de,supera,superan,superen,more than,"
        + "greater than,over,above,higher than,larger than,bigger than,exceeding,exceeds,exceed,mas alto que,mas alta que,"
        + "longer than,>,mas del,por encima del,mas altos que,mas altas que"
    ),
    (
      .compare(.less),
      "menor que,menores que,menos de,menos que,menor a,inferior a,inferiores a,por debajo de,less than,under,below,"
        + "lower than,smaller than,fewer than,shorter than,<,por debajo del,mas bajo que,mas baja que"
    ),
    (
      .compare(.atLeast),
      "al menos,como minimo,por lo menos,at least,no less than,or more than,minimum of,a minimum of,>=,≥,un minimo de"
    ),
    (
      .compare(.atMost),
      "como maximo,a lo sumo,at most,no more than,no mas de,maximum of,a maximum of,<=,≤,un maximo de,hasta un maximo de"
    ),
    (.compare(.equal), "igual a,iguales a,equal to,equals,=,exactamente,exactly,igual que"),
    (.between, "entre,between,de entre"), (.and, "y,e,and,con su,con sus,with their,with its,along with,junto con"),
    (.or, "o,u,or"),
    (
      .text(.starts),
      "empieza por,empiezan por,empieza con,empiezan con,empiece por,empiecen por,comienza por,comienzan por,comienza con,"
        + "comienzan con,starts with,start with,starting with,begins with,begin with,beginning with"
    ),
    (
      .text(.ends),
      "acaba en,acaban en,termina en,terminan en,acabe en,ends with,end with,ending with,ends in,ending in"
    ),
    (
      .text(.contains),
      "contiene,contienen,contenga,contengan,que contiene,contains,contain,containing,includes,including,incluye,incluyen"
    ),
    (
      .called,
      "llamado,llamada,llamados,llamadas,se llama,se llaman,named,called,titulado,titulada,titled,se titula,de nombre"
    ),
  ]

  private static let dated: [(QuestionItem, String)] = [
    (
      .side(.since),
      "desde,desde el,a partir de,a partir del,since,starting,from the start of,desde el ano,from the year"
    ),
    (
      .side(.after),
      "despues de,despues del,posterior a,posteriores a,posterior al,posteriores al,after,later than,tras"
    ),
    (.side(.until), "hasta,hasta el,until,up to,till,through"),
    (
      .side(.before),
      "antes de,antes del,anterior a,anteriores a,anterior al,anteriores al,before,earlier than,prior to"
    ),
  ]

  private static let negated: [(QuestionItem, String)] = [
    (
      .not,
      "no,not,never,nunca,sin,without,excepto,except,menos los,menos las,other than,salvo,isn,aren,wasn,weren,don,doesn,"
        + "didn,haven,hasn,ningun,!=,<>,sin ningun,sin ninguna,not any,lack,lacks,lacking,neither,nor,ni,jamas,distinto de,"
        + "distinta de,distintos de,diferente de,different from,not in,no esta en,excluding,no hay,outside,outside of,fuera de,"
        + "que no sea,que no sean,no tiene ningun,no tiene ninguna,no tienen ningun,no tienen ninguna"
    ),
    (
      .with,
      "con,with,tiene,tienen,tenga,tengan,tuvo,tuvieron,tenia,tenian,tenido,have,has,had,having,posee,poseen"
    ),
  ]

  private static let silent: [(QuestionItem, String)] = [
    (
      .filler,
      "en total,in total,placed by,made by,done by,taken by,hechos por,hechas por,hecho por,hecha por,"
        + "realizado por,realizados por,realizada por,realizadas por,published by,recorded by,"
        + "show me,give me,tell me,por favor,base de datos,de que,en que,at all,a la vez,de los que,de las que,"
        + "se han,se ha,of all,de todos,de todas,de todos los,de todas las,all the,all of the,all of,todos los,todas las,se me,"
        + "a day,quiero ver,quiero saber,i want,would like,i would like,can you,could you,puedes decirme,me puedes,"
        + "do we have,do you have,are there,is there,there are,there is,cuanto es,how much is,how much are,que hay,"
        + "do i have,we have,i have"
    )
  ]

  /// Articles, prepositions, pronouns and auxiliaries.
  private static let fillers = """
    el la los las lo un una unos unas de del al a en cuyo cuya cuyos cuyas que cual cuales hay habia haya tenemos tengo es son \
    era eran fue fueron esta estan estaba estaban esten sea sean ser ha han he hemos hubo haber se me nos le les su sus mi mis \
    nuestro nuestra nuestros nuestras este esta estos estas ese esa donde durante dentro sobre para nada nadie alguno alguna \
    algun ninguno ninguna todos todas toda tambien ademas solo solamente actualmente ahora \
    the an of in on at whose that is are was were be been being there do does did we our i their its it to for from where \
    which what any ever currently now only just also they he she his her them us my your you this these those some within \
    inside about anything nothing all up
    """

  /// Verbs of showing, being somewhere and recording, and what a whole of data is called: these say nothing, unless the
  /// data has them as a value.
  private static let lightWords = """
    lista listado listar muestra muestrame mostrar dame dime ensename ensena ver existen existe registrados registradas \
    registrado registrada registro registraron registra grabadas grabados vive viven vivan residen reside trabaja trabajan \
    trabajaba encuentran encuentra realizadas realizados realizado realizada hechas hechos hecho hecha hizo hicieron hace \
    hacen hacer publicado publicada publicados publicadas medido medida medidas medidos quiero saber pertenece pertenecen \
    queda quedan dinero dio dieron dado dados lugar numero da dan \
    list show give display find get live lives living lived located based work works working made make makes placed place \
    done took take taken published recorded registered measured please want know happened happen occurred belong belongs \
    belonging left remaining remain money number \
    database dataset file archivo fichero csv hoja sheet tabla table sistema system empresa company negocio business tienda \
    shop store biblioteca library clinica clinic hospital escuela school colegio almacen warehouse catalogo catalogue catalog
    """

  private static let light = Set(lightWords.split(separator: " ").map(String.init))

  /// Whether a word says nothing unless the data has it.
  static func isLight(_ word: String) -> Bool { light.contains(word) }
}
