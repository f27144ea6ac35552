import SaraiCore

extension RequestPhrases {
  static let english = RequestPhrases(
    greetings: [
      "hey", "hi", "hello", "ok", "okay", "sarai", "so", "and", "also", "well", "right", "oh",
      "good morning|evening|afternoon",
    ],
    courtesies: ["please"],
    thanks: [
      "thanks", "thank you", "thanks a lot", "ok", "okay", "cheers", "sarai", "if you can", "would you",
      "will you", "ta",
    ],
    triggers: [
      (
        .remind,
        [
          "remind me", "can|could|would|will you ?also remind me", "i want|need you to remind me",
          "i'd like you to remind me",
          "would you mind reminding me", "don't|dont|do let me forget", "do not let me forget", "never let me forget",
          "make sure ?that i don't|dont forget", "make sure ?that i do not forget", "make sure i remember",
          "help me remember",
          "don't|dont forget to remind me", "remember to remind me", "be sure to remind me", "you should remind me",
        ]
      ),
      (
        .notify,
        [
          "alert|notify|ping|nudge|buzz|prompt me", "let me know",
          "can|could|would|will you alert|notify|ping|nudge me",
          "can|could|would|will you let me know", "give me a nudge|shout|heads ?up", "tell me",
        ]
      ),
      (
        .alarm,
        [
          "wake me ?up", "can|could|would|will you wake me ?up", "get me up", "i need|want to be woken ?up",
          "set|create|add|make|put|start|schedule|i ?need|want ?me ?up ?on an|the|another|my ?new ?daily alarm ?clock",
          "can|could|would|will you set ?up an|the alarm", "alarm at|for|:",
        ]
      ),
      (
        .timer,
        [
          "set|create|add|make|put|start|i ?need|want ?me ?up ?on a|the|another ?new timer|countdown",
          "can|could|would|will you set|start ?up a timer", "timer for|:",
        ]
      ),
      (
        .noun,
        [
          "set|create|add|make|put|give|schedule|leave|get ?me ?up ?in a|an|the|another|my ?new ?daily|weekly|monthly|yearly reminder|alert|notification ?for|to ?me|myself",
          "can|could|would|will you set|create|add|make|schedule|give ?me ?up a|an reminder|alert|notification",
          "i need|want|would like|have a reminder", "i'd like a reminder", "reminder :|for|to|on|at|tomorrow",
          "new reminder",
        ]
      ),
    ],
    backwards: ["remind me of|about it|that|this"],
    adverb: ["again", "also", "too"],
    list: [
      "what|which reminders|alarms do|have i ?have|got|set ?set|up|pending|coming|active",
      "what|which are|were|is my|the ?upcoming|current|pending|active|next reminders|reminder|alarms",
      "what's|whats my ?next reminder|reminders",
      "show|list|see|read|display|get|give|tell ?me ?out ?a|the|all ?list ?of ?my|the|all ?my|the ?pending|upcoming|active|current reminders|alarms ?i ?have",
      "do i have|do i've|have i|are there ?got ?any|some ?pending|upcoming reminders|reminder|alarms ?set|coming|pending ?up",
      "do i have|got ?any ?pending|upcoming reminders|reminder|alarms ?set|pending|coming ?up",
      "any ?upcoming|pending reminders", "?all my ?pending|upcoming|active reminders|alarms", "reminders",
      "what do you have|need to remind me ?of|about",
      "what are you going to remind me ?of|about", "what did|have i ask|asked you to remind me ?of|about",
      "can|could you show|list|tell ?me ?all my reminders|alarms", "which|what reminders are there|set|pending|active",
      "when is|when's my next reminder",
    ],
    inbox: [
      "what's|whats ?new in my|the inbox", "what is ?new in my|the inbox",
      "?have|do ?you ?have|got anything ?new for me", "anything ?new ?in|for ?my|me inbox|me",
      "do you have any news|messages|alerts|notifications|suggestions ?for ?me",
      "?any ?new news|messages|alerts|notifications ?for ?me", "is there anything ?new ?in|for my|me ?inbox",
      "show|open|check|read|see|display ?me ?my|the inbox|notifications|alerts",
      "do i have any|new ?new notifications|alerts|messages",
      "are there any ?new notifications|alerts|messages ?for ?me", "?my inbox",
      "what notifications|alerts|messages are|do there|i|you ?have ?for ?me", "what do you have|got for me",
      "what have you got for me",
    ],
    cancelAll: [
      "cancel|delete|remove|clear|drop|erase all ?of ?my|the|these ?my|the reminders|alarms",
      "cancel|delete|remove|clear|erase my reminders|alarms",
      "can|could you cancel|delete|remove|clear all ?of ?my|the reminders|alarms",
      "stop reminding me ?of|about anything|everything", "stop all ?my reminders",
      "don't|dont remind me of|about anything ?anymore",
    ],
    cancel: [
      "cancel|delete|remove|clear|drop|stop|forget|erase the|my|that|this reminder|alarm|timer|alert",
      "can|could you cancel|delete|remove the|my|that reminder|alarm|timer",
      "stop reminding me ?anymore", "don't|dont remind me ?anymore ?any ?more|longer", "do not remind me ?anymore",
      "no need to remind me ?anymore", "you don't|dont need|have to remind me ?anymore", "forget about the|my reminder",
      "i don't|dont need the|my|that reminder ?anymore", "i no longer need the|my|a reminder",
    ],
    topic: ["to", "about", "of|for|on|called|saying|that|at", "for the", "that says"],
    questions: ["what|what's|whats|who|who's|whose|whom|where|where's|when|when's|how|how's|why|which|if|whether"],
    towards: ["for", "to", "at", "on", "in", "of"],
    binding: [
      "of", "for", "until", "till", "before", "after", "from", "by", "the", "a", "an", "my", "since", "between", "and",
      "or", "with",
      "than", "last", "during", "about", "this", "next", "to",
    ],
    cycles: ["daily": .days(1), "weekly": .week, "monthly": .month, "yearly": .year],
    clauses: ["that"],
    infinitives: ["to", "so ?that i can|don't|remember", "about", "of", "not to", "for", "regarding"],
    memories: [
      "what|who|where|why|how|when|if|whether", "the time when|we|i", "what's|who's",
      "my name|password|address|age|birthday",
    ],
    language: .english)
}
