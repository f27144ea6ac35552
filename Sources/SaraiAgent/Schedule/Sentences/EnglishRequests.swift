import SaraiCore

extension RequestPhrases {
  static let english = RequestPhrases(
    greetings: [
      "hey", "hi", "hello", "ok", "okay", "sarai", "so", "and", "also", "well", "right", "oh",
      "good morning|evening|afternoon",
    ],
    courtesies: ["please"],
    thanks: [
      "thanks", "thank you", "thanks a lot", "ok", "okay", "cheers", "sarai", "if you can", "would you", "will you",
      "ta",
    ],
    triggers: [
      (.remind, remind), (.notify, notify), (.alarm, alarm), (.timer, timer), (.noun, noun),
    ],
    bareNouns: [(.noun, ["?new reminder"]), (.notify, ["tell me"]), (.alarm, ["alarm"]), (.timer, ["timer"])],
    moments: [
      "after|before lunch|dinner|breakfast|work|school|bed|class|i ?leave|sleep|go ?to ?bed",
      "when|once i get|arrive|come|leave|finish|am|can ?home|back|work|there|in",
      "in ?the summer|winter|spring|autumn|fall",
    ],
    around: ["before", "after"],
    further: ["and|or|until|till|except|from|starting|between ?on"],
    through: ["to", "and", "till", "until", "or", "-"],
    backwards: ["remind me of|about it|that|this"],
    adverb: ["again", "also", "too"],
    list: list, inbox: inbox,
    cancelAll: group([
      "<drop> all ?of ?my|the|these ?my|the <reminders>", "<drop> my <reminders>",
      "<can> you <drop> all ?of ?my|the <reminders>",
      "<can> you <drop> my <reminders>", "stop reminding me ?of|about anything|everything", "stop all ?my <reminders>",
      "don't|dont remind me of|about anything ?anymore",
    ]),
    cancelEach: group([
      "<drop> all ?of ?my|the|these ?my <reminders>", "<can> you <drop> all ?of ?my|the|these ?my <reminders>",
    ]),
    cancel: group([
      "<drop> the|my|that|this <reminder>", "<can> you <drop> the|my|that|this <reminder>",
      "forget about the|my <reminder>",
      "stop reminding me ?anymore", "don't|dont remind me ?anymore ?any ?more|longer", "do not remind me ?anymore",
      "no need to remind me ?anymore", "you don't|dont need|have to remind me ?anymore",
      "i don't|dont need the|my|that <reminder> ?anymore", "i no longer need the|my|a <reminder>",
    ]),
    cancelTimed: group(["<drop> the|my|that", "<can> you <drop> the|my|that"]),
    timed: ["alarm", "reminder", "timer", "alert"],
    topic: ["to", "about", "of|for|on|called|saying|that|at", "for the", "that says"],
    questions: ["what|what's|whats|who|who's|whose|whom|where|where's|when|when's|how|how's|why|which|if|whether"],
    relatives: ["we", "i", "you", "that", "who", "which", "where"],
    setting: ["set|start|create|make ?me ?up a|an"], timers: ["timer", "countdown", "alarm"],
    towards: ["for", "to", "at", "on", "in", "of"],
    binding: [
      "of", "for", "until", "till", "before", "after", "from", "by", "the", "a", "an", "my", "since", "between", "and",
      "or", "with", "than", "last", "during", "about", "this", "next", "to",
    ],
    cycles: ["daily": .days(1), "weekly": .week, "monthly": .month, "yearly": .year],
    clauses: ["that"],
    infinitives: ["to", "so ?that i can|don't|remember", "about", "of", "not to", "for", "regarding"],
    memories: [
      "what|who|where|why|how|when|if|whether|whom|which", "the time when|we|i", "what's|who's",
      "my|the name|title|password|address|age|birthday|code",
    ],
    language: .english)

  private static let remind = group([
    "remind me", "<can> you ?also remind me", "i want|need you to remind me", "i'd like you to remind me",
    "would you mind reminding me", "don't|dont|never let me forget", "do not let me forget",
    "make sure ?that i don't|dont forget", "make sure ?that i do not forget", "make sure i remember",
    "help me remember",
    "don't|dont forget to remind me", "remember to remind me", "be sure to remind me", "you should remind me",
  ])

  private static let notify = group([
    "<ping> me", "let me know", "<can> you <ping> me", "<can> you let me know", "give me a nudge|shout|heads ?up",
  ])

  private static let alarm = group([
    "wake me ?up", "<can> you wake me ?up", "get me up", "i need|want to be woken ?up",
    "<make> ?an|the|another|my ?new ?daily alarm ?clock", "<can> you <make> an|the alarm", "i need|want an alarm",
  ])

  private static let timer = group([
    "<make> ?a|the|another ?new timer|countdown", "<can> you <make> a|the timer|countdown", "i need|want a timer",
  ])

  private static let noun = group([
    "<make> ?me ?a|an|the|another|my ?new ?daily|weekly|monthly|yearly <note>",
    "<make> ?me ?a|an|the|another|my ?new ?daily|weekly|monthly|yearly <note> for me|myself",
    "<can> you <make> a|an ?new ?daily|weekly|monthly|yearly <note>",
    "i'd|i like|want|need a ?daily|weekly|monthly|yearly <note>",
    "i would like a <note>",
  ])

  private static let list = group([
    "what|which <reminders> do|have i ?have|got|set ?set|up|pending|coming|active",
    "what|which are my|the ?<set> ?next <reminders>", "what|when is my next reminder",
    "what's|whats|when's my ?next <reminder>|<reminders>",
    "<show> ?me ?out all|my|the|a ?of ?list ?of ?my|the ?all ?my|the ?<set> <reminders> ?i ?have",
    "<can> you <show> ?me ?all my|the ?<set> <reminders>",
    "do i have|got ?any|some ?<set> <reminders>|<reminder> ?<set> ?up",
    "have i got ?any ?<set> <reminders> ?<set>", "are there ?any ?<set> <reminders> ?<set>", "any ?<set> reminders",
    "what's|whats ?on|in my|the reminder|reminders list", "?all my ?<set> <reminders>", "reminders",
    "which|what <reminders> are there|<set>",
    "what do you have|need to remind me ?of|about", "what are you going to remind me ?of|about",
    "what did i ask you to remind me ?of|about", "what have i asked you to remind me ?of|about",
  ])

  private static let inbox = group([
    "what's|whats new", "what is new", "what's|whats ?new in my|the inbox", "is there anything new",
    "what is ?new in my|the inbox", "do|have you ?have|got anything ?new for me",
    "anything ?new in|for my|me ?inbox", "is there anything ?new in|for my|me ?inbox",
    "do you have any ?new <news> ?for ?me",
    "any ?new <news> ?for ?me", "new <news> ?for ?me", "my ?new notifications|alerts", "<show> ?me my|the inbox|<news>",
    "do i have ?any ?new <news>",
    "are there any ?new <news> ?for ?me", "?my inbox", "what <news> are there ?for ?me",
    "what <news> do i|you have ?for ?me",
    "what do you have|got for me", "what have you got for me",
  ])

  private static func group(_ phrases: [String]) -> Phrases {
    Phrases(
      phrases,
      groups: [
        "can": "can|could|would|will",
        "make": "set|create|add|make|put|give|schedule|leave|start",
        "note": "reminder|alert|notification",
        "ping": "alert|notify|ping|nudge|buzz|prompt",
        "drop": "cancel|delete|remove|clear|drop|stop|erase|forget",
        "reminder": "reminder|alarm|timer|alert",
        "reminders": "reminders|alarms",
        "show": "show|list|see|read|display|get|give|tell|open|check",
        "set": "set|pending|upcoming|active|current|coming|scheduled",
        "news": "news|messages|alerts|notifications|suggestions",
      ])
  }
}
