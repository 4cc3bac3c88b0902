"""The words of a note, and what those mean that are no findings by themselves."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from typing import Final

_WORD: Final = re.compile(
    r"(?<![^\W_])[A-Z][0-9][0-9A-Z]\.[0-9A-Z]{1,4}(?![^\W_])|[^\W_]+(?:['\u2019][^\W_]+)?"
)
"""A code with its dot is one word."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word in lower case and where it stands; *before* is what stands between it and the last."""

    text: str
    raw: str
    start: int
    end: int
    before: str


def words_between(note: str, start: int, end: int) -> list[Word]:
    """The words of ``note[start:end]``."""
    words: list[Word] = []
    last = start
    for match in _WORD.finditer(note, start, end):
        raw = match[0]
        text = raw.lower().replace("\u2019", "'").removesuffix("'s").removesuffix("'")
        words.append(Word(text, raw, match.start(), match.end(), note[last : match.start()]))
        last = match.end()
    return words


class Role(Enum):
    """What a word does in a sentence."""

    TELLS = auto()
    """It may name a finding."""
    SITE = auto()
    """A part of the body: no finding without more."""
    SOFT = auto()
    """Says how or how much: belongs to a finding, need not be in a code's title."""
    PASSES = auto()
    """An article and the like, as if it were not there."""
    OF = auto()
    """Ties a place or a cause to what is before it."""
    WITH = auto()
    """Ties two findings that may have one code."""
    AND = auto()
    OR = auto()
    STOPS = auto()
    """Ends what is before it; says nothing of findings."""


SIDES: Final = {
    **dict.fromkeys(("right", "rt", "r", "rightsided"), "right"),
    **dict.fromkeys(("left", "lt", "l", "leftsided"), "left"),
    **dict.fromkeys(("bilateral", "bilat", "bilaterally", "both"), "bilateral"),
}
"""How notes write the sides, as titles write them."""

_OF = (
    "of",
    "in",
    "on",
    "at",
    "to",
    "involving",
    "over",
    "along",
    "near",
    "around",
    "within",
    "into",
)
_WITH = (
    "with",
    "w",
    "due",
    "secondary",
    "from",
    "complicated",
    "associated",
    "because",
    "complicating",
    "causing",
)
_AND = ("and", "n", "plus")
_OR = ("or", "nor", "versus", "vs")
_PASSES = (
    *("the", "a", "an", "her", "his", "their", "my", "your", "its", "this", "that", "these"),
    *("any", "some", "such", "also", "either", "neither", "very", "more", "most", "as"),
    *("new", "recent", "recently", "further", "other", "associated", "by", "like", "known"),
    *("well", "now", "still", "only", "just", "overt", "obvious", "evidence", "signs", "sign"),
    *("significant", "definite", "clear-cut", "apparent", "there", "sided", "side"),
)
_SOFT = (
    *("mild", "moderate", "severe", "acute", "chronic", "subacute", "worsening", "persistent"),
    *("intermittent", "constant", "sharp", "dull", "crushing", "burning", "stabbing", "aching"),
    *("throbbing", "pressure-like", "substernal", "progressive", "sudden", "onset", "gradual"),
    *("uncontrolled", "controlled", "poorly", "stable", "unstable", "unspecified", "active"),
    *("recurrent", "ongoing", "diffuse", "generalized", "localized", "focal", "small", "large"),
    *("minor", "major", "early", "late", "advanced", "occasional", "frequent", "episodic"),
    *("simple", "complex", "superficial", "deep", "productive", "dry", "nonproductive", "massive"),
    *("extensive", "marked", "moderately", "mildly", "severely", "acutely", "slight", "slightly"),
    *("type", "stage", "grade", "class", "degree", "disease", "disorder", "syndrome", "primary"),
    *("initial", "subsequent", "encounter", "sequela", "sequelae", "closed", "open", "displaced"),
    *("nondisplaced", "episode", "episodes", "exertional", "postprandial", "nocturnal", "healing"),
    *("essential", "benign", "malignant", "idiopathic", "symptomatic", "asymptomatic", "simple"),
    *("compensated", "decompensated", "paroxysmal", "community", "acquired", "hospital", "end"),
    *("radiating", "colicky", "cramping", "non", "positional", "pleuritic", "atypical", "typical"),
    *("longstanding", "lifelong", "refractory", "mechanical", "clinical", "clinically", "level"),
    *("increased", "decreased", "increasing", "decreasing", "elevated", "high", "low", "reduced"),
    *("routine", "uncomplicated", "single", "multiple", "unilateral", "residual", "minimal"),
    *(
        "use",
        "night",
        "complication",
        "complications",
        "control",
        "status",
        "condition",
        "course",
        "overall",
        "baseline",
        "moderate-to-severe",
    ),
)
_SITES = (
    *("abdomen", "abdominal", "ankle", "ankles", "aorta", "aortic", "arm", "arms", "artery"),
    *("axilla", "back", "bladder", "bone", "bones", "bowel", "brain", "breast", "breasts"),
    *("buttock", "calf", "calves", "cardiac", "cervical", "cervix", "cheek", "chest", "chin"),
    *("clavicle", "coccyx", "colon", "cornea", "coronary", "distal", "ear", "ears", "elbow"),
    *("epigastric", "epigastrium", "esophagus", "extremity", "extremities", "eye", "eyes"),
    *("eyelid", "face", "facial", "femoral", "femur", "fibula", "finger", "fingers", "flank"),
    *("foot", "feet", "forearm", "forehead", "gallbladder", "gastric", "gluteal", "great"),
    *("groin", "hand", "hands", "head", "heart", "heel", "hepatic", "hip", "hips", "humerus"),
    *("index", "inguinal", "intestine", "jaw", "joint", "joints", "kidney", "kidneys", "knee"),
    *("knees", "larynx", "leg", "legs", "limb", "limbs", "lip", "liver", "lobe", "lower"),
    *("lumbar", "lung", "lungs", "mandible", "medial", "lateral", "metacarpal", "metatarsal"),
    *("middle", "mouth", "muscle", "muscles", "nail", "nasal", "neck", "nerve", "nose", "ocular"),
    *("oral", "ovary", "palm", "pancreas", "patella", "pelvic", "pelvis", "penis", "peripheral"),
    *("phalanx", "pharynx", "prostate", "proximal", "pulmonary", "quadrant", "radius", "rectal"),
    *("rectum", "renal", "rib", "ribs", "ring", "rotator", "cuff", "sacral", "sacrum", "scalp"),
    *("scapula", "shaft", "shin", "shoulder", "shoulders", "sinus", "sinuses", "skin", "spine"),
    *("spinal", "spleen", "sternum", "stomach", "tendon", "testicle", "testis", "thigh", "thighs"),
    *("thoracic", "throat", "thumb", "thyroid", "tibia", "toe", "toes", "tongue", "tonsil"),
    *("tonsils", "tooth", "teeth", "trunk", "ulna", "upper", "ureter", "urethra", "urinary"),
    *("uterus", "vagina", "vaginal", "vein", "ventricle", "wrist", "wrists", "anterior"),
    *("posterior", "inferior", "superior", "dorsal", "ventral", "plantar", "palmar", "mid"),
    *("rlq", "ruq", "llq", "luq", "rll", "rul", "lll", "lul", "rml", "rle", "lle", "rue", "lue"),
    *("bl", "lobes", "pinky", "little", "volar", "ankle", "body", "base", "neurovascular"),
    *("cranial", "nerves", "pupils", "mucosa", "membranes", "tympanic", "conjunctiva", "nodes"),
    *(
        "lymph",
        "bilaterally",
        "right",
        "left",
        "bilateral",
        "rt",
        "lt",
        "hand",
        "axillary",
        "parotid",
    ),
    *("bladder", "cortex", "valve", "mitral", "tricuspid", "disc", "vertebra", "vertebral"),
)
_STOPS = (
    *("patient", "patients", "pt", "pts", "he", "she", "they", "we", "i", "it", "who", "whom"),
    *("which", "you", "him", "them", "man", "woman", "male", "female", "boy", "girl", "child"),
    *("gentleman", "lady", "person", "adult", "infant", "year", "years", "old", "yo", "y", "age"),
    *("aged", "is", "was", "were", "are", "be", "been", "being", "am", "has", "have", "had"),
    *("having", "do", "does", "did", "will", "would", "can", "could", "should", "may", "might"),
    *("must", "shall", "presents", "presented", "presenting", "present", "here", "today"),
    *("tonight", "yesterday", "clinic", "ed", "er", "office", "hospital", "visit", "seen"),
    *("evaluated", "evaluation", "eval", "exam", "examination", "examined", "noted", "notes"),
    *("note", "shows", "showed", "show", "showing", "shown", "reveals", "revealed", "reveal"),
    *("demonstrates", "demonstrated", "demonstrating", "found", "finding", "findings", "seems"),
    *("appears", "appeared", "looks", "feels", "felt", "feeling", "states", "stated", "says"),
    *("reports", "reported", "reporting", "report", "tells", "told", "describes", "described"),
    *("began", "begins", "started", "starts", "start", "starting", "stopped", "stop", "continue"),
    *("continues", "continued", "continuing", "increase", "decrease", "improved", "improving"),
    *("improves", "improvement", "worsened", "worse", "worsens", "better", "changed", "change"),
    *("changes", "unchanged", "resolved", "resolving", "takes", "taking", "took", "taken", "take"),
    *("given", "give", "gave", "received", "prescribed", "prescribe", "ordered", "order"),
    *("orders", "obtain", "obtained", "check", "checked", "repeat", "monitor", "monitoring"),
    *("recommend", "recommended", "advised", "discussed", "discuss", "counseled", "reviewed"),
    *("review", "refer", "referred", "referral", "consult", "consulted", "scheduled", "schedule"),
    *("plan", "planned", "return", "returns", "returned", "follow", "followup", "followed"),
    *("admit", "admitted", "admission", "discharge", "discharged", "transferred", "placed"),
    *("performed", "underwent", "undergone", "undergoing", "treated", "treat", "treatment"),
    *("therapy", "managed", "management", "manage", "medication", "medications", "meds", "med"),
    *("dose", "doses", "daily", "bid", "tid", "qid", "qd", "qhs", "qam", "qpm", "prn", "po"),
    *("iv", "im", "sq", "subq", "sl", "hs", "ac", "pc", "od", "times", "time", "once", "twice"),
    *("tablet", "tablets", "every", "each", "per", "for", "since", "until", "till", "after"),
    *("before", "during", "while", "when", "whenever", "where", "then", "than", "so", "if"),
    *("because", "although", "though", "but", "however", "yet", "except", "about", "between"),
    *("through", "up", "down", "out", "off", "under", "above", "below", "against", "without"),
    *("not", "no", "none", "never", "all", "every", "much", "many", "few", "several", "less"),
    *("normal", "clear", "soft", "intact", "regular", "unremarkable", "supple", "nontender"),
    *("nondistended", "wnl", "alert", "oriented", "awake", "comfortable", "appropriate", "good"),
    *("equal", "round", "reactive", "moist", "symmetric", "cooperative", "pleasant", "healthy"),
    *("fine", "okay", "ok", "ambulatory", "tolerating", "tolerated", "able", "unable", "adequate"),
    *("rate", "rhythm", "sounds", "auscultation", "palpation", "inspection", "strength"),
    *("sensation", "reflexes", "gait", "tone", "mood", "affect", "speech", "vitals", "vital"),
    *("afebrile", "temperature", "pulse", "pulses", "range", "motion", "rom", "xray", "ray", "x"),
    *("radiograph", "radiographs", "imaging", "ct", "mri", "ultrasound", "us", "cxr", "ekg"),
    *("ecg", "echo", "labs", "lab", "test", "tests", "testing", "result", "results", "scan"),
    *("study", "studies", "image", "images", "view", "views", "films", "film", "film"),
    *("problem", "problems", "issue", "issues", "complaint", "complaints", "symptom", "symptoms"),
    *("concern", "concerns", "diagnosis", "diagnoses", "dx", "hx", "history", "case", "cases"),
    *("area", "region", "site", "aspect", "location", "quality", "severity", "duration"),
    *("morning", "afternoon", "evening", "day", "days", "week", "weeks"),
    *("month", "months", "hour", "hours", "ago", "last", "past", "next", "prior", "previous"),
    *("works", "work", "working", "lives", "living", "married", "single", "divorced", "widowed"),
    *("wife", "husband", "spouse", "children", "friend", "employed", "retired", "occupation"),
    *("teacher", "carpenter", "nurse", "worker", "driver", "student", "engineer", "lawyer"),
    *("home", "house", "alone", "family", "denies", "denied", "endorses", "admits", "walks"),
    *("walking", "sits", "sitting", "standing", "lying", "sleeping", "eating", "drinking"),
    *("running", "playing", "using", "used", "uses", "lifting", "exercise", "exercises"),
    *("rest", "exertion", "activity", "activities", "movement", "relief", "relieved", "helps"),
    *("help", "helped", "aggravated", "exacerbated", "radiates", "radiate", "extends", "goes"),
    *("came", "comes", "come", "went", "go", "going", "brought", "got", "get", "gets", "getting"),
    *("developed", "develops", "developing", "occurs", "occurred", "occurring", "happens"),
    *("injured", "hurt", "sustained", "sustaining", "suffered", "suffers", "experienced"),
    *("experiencing", "experiences", "states", "suggestive"),
    *("indicates", "indicating"),
    *("negative", "positive", "neg", "pos", "absent", "what", "why", "how", "am", "pm", "etc"),
    *("dr", "mr", "mrs", "ms", "md", "do", "np", "pa", "rn", "via", "using", "same", "later"),
    *("currently", "previously", "otherwise", "again", "already", "yes", "nl", "appearing"),
    *("nourished", "acutely", "intake", "oral", "score", "scale", "ra", "room", "air", "nc"),
    *("agrees", "understands", "questions", "answered", "see", "call", "instructions", "given"),
    *("start", "add", "added", "hold", "held", "wean", "titrate", "trial", "begin", "needs"),
    *("need", "needed", "requires", "required", "requiring", "request", "requests", "wants"),
    *("non-toxic", "nontoxic", "baby", "first", "second", "third", "one", "two", "three", "four"),
    *("long", "short", "local", "feeding", "sutured", "suture", "sutures", "walk", "cooking"),
    *(
        "anesthesiologist",
        "diet",
        "dieting",
        "unknown",
        "too",
        "due",
        "let",
        "make",
        "made",
        "makes",
        "involved",
        "involves",
        "measures",
        "measuring",
    ),
)
_ROLES: Final[dict[str, Role]] = {
    **dict.fromkeys(_STOPS, Role.STOPS),
    **dict.fromkeys(_SITES, Role.SITE),
    **dict.fromkeys(SIDES, Role.SITE),
    **dict.fromkeys(_SOFT, Role.SOFT),
    **dict.fromkeys(_PASSES, Role.PASSES),
    **dict.fromkeys(_OF, Role.OF),
    **dict.fromkeys(_WITH, Role.WITH),
    **dict.fromkeys(_AND, Role.AND),
    **dict.fromkeys(_OR, Role.OR),
}


_TOGETHER: Final = frozenset(
    (
        *(("dry", "eye"), ("dry", "eyes"), ("red", "eye"), ("red", "eyes"), ("heart", "disease")),
        *(("kidney", "disease"), ("liver", "disease"), ("lung", "disease"), ("renal", "disease")),
        *(("acute", "abdomen"), ("low", "sodium"), ("low", "potassium"), ("artery", "disease")),
        *(("valve", "disease"), ("thyroid", "disease"), ("heart", "disorder"), ("disc", "disease")),
        *(("vascular", "disease"), ("joint", "disease"), ("bowel", "disease"), ("flat", "feet")),
    )
)


def name_together(texts: Sequence[str]) -> bool:
    """Whether *texts*, no one of which names a finding, do so together: "kidney disease"."""
    return any(pair in _TOGETHER for pair in pairwise(texts))


def role_of(text: str) -> Role:
    """What the word *text*, in lower case, does."""
    if len(text) == 1 or text.isdigit():
        return _ROLES.get(text, Role.SOFT)
    return _ROLES.get(text, Role.TELLS)
