"""Operations, types, approaches and more of ICD-10-PCS in plain words, written for this site.

A sentence says what is done; {part} stands for the part of the body, or what else the fourth
character names. They follow the definitions of the classification and add nothing to them.
"""

from typing import Final

OPERATIONS: Final = {
    "00": "The look of {part} is changed without changing how it works",
    "01": "What passes through {part} is led along another route",
    "02": "A device in or on {part} is taken out and a like one put back, without cutting or "
    "puncturing skin or mucous membrane",
    "03": "Bleeding of {part}, after an operation or otherwise acute, is stopped, or it is tried",
    "04": "{part} is newly formed from biological or synthetic material, to stand in for one that "
    "is absent",
    "05": "Tissue of {part} is destroyed where it is, by energy, force or a destructive agent; "
    "none of it is taken out",
    "06": "A limb is cut off, wholly or in part, at {part}",
    "07": "An opening or the inside of {part} is widened",
    "08": "{part} is cut into or through, to separate it, without letting out fluid or gas",
    "09": "Fluid or gas is taken or let out of {part}",
    "0B": "A portion of {part} is cut out or off, and nothing is put in its place",
    "0C": "Solid matter, such as a clot, a stone or a foreign body, is taken or cut out of {part}",
    "0D": "{part}, or a portion of it, is pulled or stripped out or off by force",
    "0F": "Solid matter in {part} is broken into pieces, which are left there",
    "0G": "Parts of {part} are joined together so that they no longer move",
    "0H": "A device is put into {part} to monitor, assist, perform or prevent a function of the "
    "body; it does not take the place of a body part",
    "0J": "{part} is explored by eye, by hand or both",
    "0K": "The paths of electrical impulses, or the areas with certain functions, are located in "
    "{part}",
    "0L": "An opening or the inside of {part} is closed completely",
    "0M": "{part}, which had been separated wholly or in part, is put back on",
    "0N": "{part} is freed from something abnormal that holds it; none of it is taken out",
    "0P": "A device is taken out of or off {part}",
    "0Q": "{part} is restored, as far as possible, to its normal structure and function",
    "0R": "Biological or synthetic material is put in to take the place of {part} or of a portion "
    "of it",
    "0S": "{part} is moved, wholly or in part, to its normal or another suitable location",
    "0T": "The whole of {part} is cut out or off, and nothing is put in its place",
    "0U": "Biological or synthetic material is put in or on to reinforce or add to {part}",
    "0V": "An opening or the inside of {part} is narrowed, but not closed",
    "0W": "A device in {part} that fails or has moved is put right",
    "0X": "{part} is moved, wholly or in part, to take over for another body part; it keeps its "
    "own vessels and nerves",
    "0Y": "A living body part from another person or an animal is put in to take over for {part}",
    "12": "A device in or on {part} is taken out and a like one put back, without cutting or "
    "puncturing skin or mucous membrane",
    "19": "Fluid or gas is taken or let out of {part}",
    "1A": "A pregnancy is ended",
    "1D": "{part}, or a portion of them, are pulled or stripped out by force",
    "1E": "A birth is assisted as the child and what belongs to it pass from the birth canal",
    "1H": "A device is put in to monitor or assist a function of {part}",
    "1J": "{part} are explored by eye, by hand or both",
    "1P": "A device is taken out of or off {part}",
    "1Q": "{part} are restored, as far as possible, to normal structure and function",
    "1S": "{part} are moved to their normal or another suitable location",
    "1T": "All of {part} is cut out or off, and nothing is put in its place",
    "1Y": "A living body part from another individual is put into {part} to take over a function",
    "20": "What lies in or on {part} is taken off and a like one put in or on, without cutting or "
    "puncturing",
    "21": "Pressure is put on {part}",
    "22": "Material is put on {part} to protect it",
    "23": "Movement of {part} is limited or prevented",
    "24": "Material is put into {part}, a body region or opening",
    "25": "What had been placed in or on {part} is taken off",
    "26": "A pulling force is exerted on {part} in one direction",
    "30": "A substance that is no blood product is put into {part}",
    "31": "{part} is rinsed with a cleansing substance",
    "32": "Blood or a blood product is put into {part}",
    "40": "The level of a function of the body, here of {part}, is measured once",
    "41": "The level of a function of the body, here of {part}, is followed over a time",
    "50": "A machine or another outside means takes over a portion of a function of the body, "
    "here of {part}",
    "51": "A machine or another outside means takes over a function of the body completely, here "
    "of {part}",
    "52": "A function of the body, here of {part}, is brought back to its natural state by "
    "outside means",
    "60": "Pressure or make-up of the air around the patient is controlled, to treat the whole "
    "body or {part}",
    "61": "Undissolved gas is removed from fluids of the body, here of {part}",
    "62": "Electromagnetic rays are used to treat {part}",
    "63": "The temperature of the body is raised",
    "64": "The temperature of the body is lowered",
    "65": "Blood is led out of the body, some of its products are separated, and the rest is led "
    "back",
    "66": "Light rays are used to treat {part}",
    "67": "Ultrasound is used to treat {part}",
    "68": "Ultraviolet light is used to treat {part}",
    "69": "Shock waves are used to treat {part}",
    "6B": "A fluid is led through a donor organ, of {part}, to keep or test it outside the body",
    "70": "A dysfunction of the moving parts of the body is treated by hand at {part}",
    "80": "What is done at {part} is a procedure for which no other section has a place",
    "9B": "A joint is moved by hand beyond its usual range, within its limits, at {part}",
    "B0": "A still X-ray picture of {part} is taken",
    "B1": "Moving X-ray pictures of {part} are watched or recorded",
    "B2": "Pictures of {part} in slices are computed from X-rays taken from many sides",
    "B3": "Pictures of {part} are computed from its response to a magnetic field and radio waves",
    "B4": "Pictures of {part} are made with high-frequency sound waves",
    "B5": "Pictures of {part} are made by another way of imaging",
    "C1": "A radioactive substance is given, and flat pictures show where it goes in {part}",
    "C2": "A radioactive substance is given, and three-dimensional pictures show where it goes in "
    "{part}",
    "C3": "A substance that gives off positrons is given, and three-dimensional pictures show "
    "where it goes in {part}",
    "C4": "A radioactive substance is given, and how much of it {part} takes up is measured "
    "without a picture",
    "C5": "A radioactive substance is given, and its spread in {part} is followed with a probe, "
    "without a picture",
    "C6": "A radioactive substance is given, and it is measured in samples of body fluids, here "
    "of {part}, without a picture",
    "C7": "A radioactive substance that is not sealed is given for treatment, here of {part}",
    "D0": "A beam of rays from outside the body is aimed at {part}",
    "D1": "A radioactive source is placed in or beside {part}",
    "D2": "Beams of rays are focused from many sides on a target in {part}",
    "DY": "{part} is treated with rays or heat in another way",
    "F0": "Abilities of speech, language, hearing of speech or swallowing are assessed",
    "F1": "Muscle, joint, nerve or other functions of the body are assessed",
    "F2": "What the patient can do in daily living is assessed",
    "F3": "Hearing is assessed",
    "F4": "Whether a hearing aid is of use and works as it should is assessed",
    "F5": "The sense of balance is assessed",
    "F6": "Speech, language or swallowing is treated or trained",
    "F7": "Strength, movement or coordination is treated or trained",
    "F8": "Activities of daily living are treated or trained",
    "F9": "Hearing and what depends on it is treated or trained",
    "FB": "A patient with a cochlear implant is trained to use it",
    "FC": "Balance is treated or trained",
    "FD": "A device for support or for lost function is made or fitted",
    "FF": "A person who cares for the patient is trained",
    "G1": "A psychological test is given and its result judged",
    "G2": "A patient who is upset, in distress or a danger is treated at once",
    "G3": "The medicines of a patient in mental health treatment are watched and adjusted",
    "G5": "One patient is treated by talking and acting with a therapist",
    "G6": "A patient is counseled on psychological or social matters",
    "G7": "A patient and members of the family are treated together by talking with a therapist",
    "GB": "A controlled electric current through the brain brings on a short seizure, as treatment",
    "GC": "A patient learns to influence functions of the body by seeing or hearing them measured",
    "GF": "A state of heightened suggestibility is brought on, as treatment",
    "GG": "A medicine given into a vein brings on a state in which repressed thoughts come out",
    "GH": "Several patients are treated together by talking with a therapist",
    "GJ": "Special light is used as treatment",
    "H2": "A patient is helped through withdrawal from alcohol or drugs",
    "H3": "One patient is counseled on the use of substances",
    "H4": "Several patients are counseled together on the use of substances",
    "H5": "One patient is treated for the use of substances by talking with a therapist",
    "H6": "A patient and members of the family are counseled together on the use of substances",
    "H8": "Medicines that take the place of an addictive substance, or others, are watched and "
    "adjusted",
    "H9": "Medicines that take the place of an addictive substance, or others, are used as "
    "treatment",
    "X0": "A substance, or what goes with a new technology, is put into {part}",
    "X1": "A blood product or cells of a new kind are put into {part}",
    "X2": "A function of the body, here of {part}, is followed over a time with a new technology",
    "X5": "Tissue of {part} is destroyed where it is, by a new technology; none of it is taken out",
    "X7": "An opening or the inside of {part} is widened with a new technology",
    "XA": "A new technology helps a function or a procedure at {part}",
    "XC": "Solid matter, such as a clot, is taken or cut out of {part} with a new technology",
    "XE": "The level of a function of the body, or what is in a sample of it, here of {part}, is "
    "measured with a new technology",
    "XG": "Parts of {part} are joined with a new technology so that they no longer move",
    "XH": "A device of a new technology is put into {part}",
    "XJ": "{part} is explored with a new technology",
    "XK": "What passes through {part} is led along another route with a new technology",
    "XP": "{part} is rinsed with a new technology",
    "XR": "Material of a new technology is put in to take the place of {part} or of a portion of "
    "it",
    "XS": "{part} is moved to its normal or another suitable location with a new technology",
    "XU": "Material of a new technology is put in or on to reinforce {part}",
    "XV": "An opening or the inside of {part} is narrowed, but not closed, with a new technology",
    "XZ": "What is done at {part} with a new technology fits no other operation",
}
"""By section and third character."""

FUNCTIONS: Final = {
    "40": "The {what} of {part} is measured at one time",
    "41": "The {what} of {part} is followed over a time",
    "50": "A machine or another outside means takes over a portion of a function of {part}: {what}",
    "51": "A machine or another outside means takes over a function of {part} completely: {what}",
    "52": "A function of {part}, {what}, is brought back to its natural state by outside means",
}
"""As OPERATIONS, where what the sixth character names is known: {what}."""

QUALIFIERS: Final = {
    "Autologous": "It comes from the patient's own body",
    "Nonautologous": "It comes from a donor",
    "Allogeneic": "It comes from another individual of the same species",
    "Syngeneic": "It comes from a genetically identical individual",
    "Zooplastic": "It comes from an animal",
    "Intraoperative": "It is done during an operation",
    "Guidance": "It guides another procedure",
    "Cemented": "It is fixed with cement",
    "Uncemented": "It is fixed without cement",
    "Temporary": "It is meant to stay for a short time only",
    "Hand-Assisted": "The surgeon's hand helps through a cut",
}
"""By the meaning of the seventh character."""

TIMES: Final = {
    "Single": "It is done once",
    "Multiple": "It is done several times",
    "Intermittent": "It is done with breaks",
    "Continuous": "It is done without a break",
    "Intraoperative": "It is done during an operation",
}
"""By the meaning of a duration."""

APPROACHES: Final = {
    "0": "The site is reached through a cut in the skin or mucous membrane and the layers below",
    "3": "Instruments reach the site through a puncture or small cut; it is not seen directly",
    "4": "Instruments and a scope reach the site through punctures or small cuts, so that it is "
    "seen; over the belly this is called laparoscopic",
    "7": "Instruments reach the site through an opening of the body, natural or made before; it "
    "is not seen directly",
    "8": "Instruments and a scope reach the site through an opening of the body, natural or made "
    "before, so that it is seen",
    "F": "The site is reached through an opening of the body, natural or made before, with help "
    "from instruments and a scope through punctures or small cuts",
    "X": "It is done on the skin or mucous membrane, or from outside by force applied through them",
}
"""By the fifth character, in sections that have the axis."""

_APPROACH_WORDS: Final = {
    "0": "open surgery",
    "4": "laparoscopic arthroscopic thoracoscopic minimally invasive keyhole",
    "8": "endoscopic",
}
_OPERATION_WORDS: Final = {
    "07": "widening",
    "09": "puncture tap",
    "0B": "partial removal",
    "0C": "removal of clot stone foreign body",
    "0D": "stripping",
    "0G": "arthrodesis",
    "0J": "exploration",
    "0L": "ligation embolization",
    "0N": "lysis decompression",
    "0R": "prosthesis arthroplasty",
    "0S": "reduction",
    "0T": "total removal",
    "0U": "graft mesh",
    "0Y": "transplant graft",
    "B0": "x-ray",
    "B1": "x-ray angiography",
    "B2": "CT scan computed tomography",
    "B3": "MRI",
    "B4": "ultrasound sonography",
    "C3": "PET scan",
}


def search_words(section: str, position: int, character: str, label: str) -> str:
    """Words by which people look for what *character* means and which its *label* lacks."""
    if position == 3:
        return _OPERATION_WORDS.get(section + character, "")
    if position == 5 and section == "0":
        return _APPROACH_WORDS.get(character, "")
    if position == 7 and section == "0" and label == "Diagnostic":
        return "biopsy"
    return ""
