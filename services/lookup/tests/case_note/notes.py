"""Short notes of invented patients, and what a coder finds in them.

Each expectation is a stretch of the note, its status and codes of which one should come first; a
code may stand for all below it. Stretches are named in the order in which they stand in the note.
"""

from dataclasses import dataclass

from lookup.case_note.finding import Status

YES = Status.AFFIRMED
NO = Status.NEGATED
PAST = Status.HISTORICAL
MAYBE = Status.UNCERTAIN
KIN = Status.FAMILY


@dataclass(frozen=True, slots=True)
class Expected:
    """*words* of the note, what is said of them and codes, any of which will do."""

    words: str
    status: Status
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Note:
    """A note and all findings in it."""

    name: str
    text: str
    findings: tuple[Expected, ...]


def _found(words: str, status: Status, *codes: str) -> Expected:
    return Expected(words, status, codes)


NOTES = [
    Note(
        "primary care",
        "CC: follow-up of hypertension and type 2 diabetes.\n"
        "HPI: 61-year-old woman, BP 148/92 today. Reports numbness in both feet. Denies chest "
        "pain, shortness of breath, or palpitations.\n"
        "Assessment:\n1. Type 2 diabetes mellitus with diabetic polyneuropathy\n"
        "2. Hypertension\n3. Hyperlipidemia\n"
        "Plan: continue lisinopril 20 mg daily, recheck A1c in 3 months.\n",
        (
            _found("hypertension", YES, "I10"),
            _found("type 2 diabetes", YES, "E11.9"),
            _found("numbness in both feet", YES, "R20.0"),
            _found("chest pain", NO),
            _found("shortness of breath", NO),
            _found("palpitations", NO),
            _found("Type 2 diabetes mellitus with diabetic polyneuropathy", YES, "E11.42"),
            _found("Hypertension", YES, "I10"),
            _found("Hyperlipidemia", YES, "E78.5"),
        ),
    ),
    Note(
        "orthopaedics, shared side",
        "Patient complains of pain in right knee and hip after long walks. No swelling. "
        "X-ray shows osteoarthritis of the right knee.",
        (
            _found("pain in right knee", YES, "M25.561"),
            _found("hip", YES, "M25.551"),
            _found("swelling", NO),
            _found("osteoarthritis of the right knee", YES, "M17.11"),
        ),
    ),
    Note(
        "emergency, fracture",
        "14 yo boy fell from a bicycle. Closed fracture of the left distal radius, initial "
        "encounter. No loss of consciousness, no neck pain.",
        (
            _found("fell", YES, "W19", "V18"),
            _found("Closed fracture of the left distal radius, initial encounter", YES, "S52.502A"),
            _found("loss of consciousness", NO),
            _found("neck pain", NO),
        ),
    ),
    Note(
        "chest clinic",
        "PMH: COPD, prior pneumonia.\nHPI: worsening dyspnea and productive cough for 4 days.\n"
        "Impression: COPD with acute exacerbation. Pneumonia unlikely.",
        (
            _found("COPD", PAST, "J44.9"),
            _found("pneumonia", PAST, "Z87.01"),
            _found("dyspnea", YES, "R06.00"),
            _found("cough", YES, "R05.9"),
            _found("COPD with acute exacerbation", YES, "J44.1"),
            _found("Pneumonia", NO),
        ),
    ),
    Note(
        "cardiology",
        "72M with CAD s/p CABG in 2015, atrial fibrillation, and chronic systolic heart failure. "
        "No edema. Family history: father had MI at 50, mother with stroke.",
        (
            _found("CAD", YES, "I25.10"),
            _found("CABG", PAST, "Z95.1"),
            _found("atrial fibrillation", YES, "I48.91"),
            _found("chronic systolic heart failure", YES, "I50.22"),
            _found("edema", NO),
            _found("MI", KIN, "Z82.49"),
            _found("stroke", KIN, "Z82.3"),
        ),
    ),
    Note(
        "oncology",
        "58 y/o F with history of right breast cancer, treated in 2019, and hypothyroidism. "
        "No evidence of recurrence. Mother and sister had breast cancer. Possible left axillary "
        "lymphadenopathy.",
        (
            _found("right breast cancer", PAST, "Z85.3"),
            _found("hypothyroidism", PAST, "E03.9"),
            _found("breast cancer", KIN, "Z80.3"),
            _found("lymphadenopathy", MAYBE, "R59.0", "R59.9", "R59.1"),
        ),
    ),
    Note(
        "neurology",
        "Patient has migraine without aura, not intractable, and carpal tunnel syndrome of the "
        "left hand. Denies seizures or syncope. MRI brain: no evidence of stroke.",
        (
            _found("migraine without aura", YES, "G43.009"),
            _found("carpal tunnel syndrome of the left hand", YES, "G56.02"),
            _found("seizures", NO),
            _found("syncope", NO),
            _found("stroke", NO),
        ),
    ),
    Note(
        "gastroenterology",
        "Nausea and vomiting since Monday, right lower quadrant pain. R/O appendicitis. "
        "GERD is stable on omeprazole 20 mg. No melena, no hematochezia.",
        (
            _found("Nausea and vomiting", YES, "R11.2"),
            _found("right lower quadrant pain", YES, "R10.31"),
            _found("appendicitis", MAYBE, "K37", "K35"),
            _found("GERD", YES, "K21.9"),
            _found("melena", NO),
            _found("hematochezia", NO),
        ),
    ),
    Note(
        "urology",
        "67M with BPH with urinary frequency. UTI was ruled out. History of kidney stones. "
        "PSA 2.1. Denies hematuria.",
        (
            _found("BPH with urinary frequency", YES, "N40.1", "N40.0"),
            _found("UTI", NO),
            _found("kidney stones", PAST, "Z87.442"),
            _found("hematuria", NO),
        ),
    ),
    Note(
        "obstetrics",
        "28 yo G2P1 at 32 weeks gestation with gestational diabetes, diet controlled. "
        "No vaginal bleeding. Mild preeclampsia suspected.",
        (
            _found("32 weeks gestation", YES, "Z3A.32"),
            _found("gestational diabetes", YES, "O24.410", "O24.41"),
            _found("vaginal bleeding", NO),
            _found("Mild preeclampsia", MAYBE, "O14.0"),
        ),
    ),
    Note(
        "psychiatry",
        "Patient with major depressive disorder, recurrent, moderate, and generalized anxiety "
        "disorder. Denies suicidal ideation and hallucinations. Alcohol abuse in remission. "
        "Brother has bipolar disorder.",
        (
            _found("major depressive disorder, recurrent, moderate", YES, "F33.1"),
            _found("generalized anxiety disorder", YES, "F41.1"),
            _found("suicidal ideation", NO),
            _found("hallucinations", NO),
            _found("Alcohol abuse in remission", YES, "F10.11"),
            _found("bipolar disorder", KIN, "Z81.8"),
        ),
    ),
    Note(
        "dermatology",
        "Atopic dermatitis of both arms. Psoriasis on the scalp. No signs of cellulitis. "
        "Actinic keratosis, left forearm.",
        (
            _found("Atopic dermatitis", YES, "L20.9"),
            _found("Psoriasis on the scalp", YES, "L40"),
            _found("cellulitis", NO),
            _found("Actinic keratosis", YES, "L57.0"),
        ),
    ),
    Note(
        "eyes",
        "Age-related nuclear cataract, right eye. Primary open-angle glaucoma. Dry eye syndrome "
        "bilaterally. No retinal detachment.",
        (
            _found("Age-related nuclear cataract, right eye", YES, "H25.11"),
            _found("Primary open-angle glaucoma", YES, "H40.11"),
            _found("Dry eye syndrome bilaterally", YES, "H04.123"),
            _found("retinal detachment", NO),
        ),
    ),
    Note(
        "ear, nose and throat",
        "5 year old girl with fever and left ear pain. Exam: left acute otitis media. Throat "
        "clear. Rapid strep test negative. Mother reports cough.",
        (
            _found("fever", YES, "R50.9"),
            _found("left ear pain", YES, "H92.02"),
            _found("left acute otitis media", YES, "H66.92", "H65.192", "H66.90"),
            _found("cough", YES, "R05.9"),
        ),
    ),
    Note(
        "kidney",
        "CKD stage 3b due to diabetic nephropathy. Anemia in chronic kidney disease. "
        "Hyperkalemia resolved. Not on dialysis.",
        (
            _found("CKD stage 3b", YES, "N18.32"),
            _found("diabetic nephropathy", YES, "E11.21"),
            _found("Anemia in chronic kidney disease", YES, "D63.1"),
            _found("Hyperkalemia", PAST, "E87.5"),
        ),
    ),
    Note(
        "hospital problem list",
        "Problem List:\n- Sepsis due to E. coli\n- Acute kidney injury\n- Acute on chronic "
        "diastolic heart failure\n- Hyponatremia\n- Morbid obesity\n- Tobacco use\n\n"
        "Allergies: penicillin\nMeds: furosemide 40 mg daily, metoprolol\n",
        (
            _found("Sepsis due to E. coli", YES, "A41.51"),
            _found("Acute kidney injury", YES, "N17.9"),
            _found("Acute on chronic diastolic heart failure", YES, "I50.33"),
            _found("Hyponatremia", YES, "E87.1"),
            _found("Morbid obesity", YES, "E66.01", "E66.813"),
            _found("Tobacco use", YES, "Z72.0"),
            _found("penicillin", YES, "Z88.0"),
        ),
    ),
    Note(
        "wound",
        "Laceration without foreign body of left index finger, initial encounter. Sustained "
        "while cooking. No tendon injury. Sutured under local.",
        (
            _found(
                "Laceration without foreign body of left index finger, initial encounter",
                YES,
                "S61.211A",
            ),
            _found("tendon injury", NO),
        ),
    ),
    Note(
        "back pain",
        "Low back pain with left sided sciatica. No bowel or bladder incontinence. "
        "Lumbar spinal stenosis on MRI.",
        (
            _found("Low back pain with left sided sciatica", YES, "M54.42"),
            _found("bowel", NO),
            _found("bladder incontinence", NO),
            _found("Lumbar spinal stenosis", YES, "M48.061", "M48.06"),
        ),
    ),
    Note(
        "wrapped lines",
        "The patient is a 49-year-old woman who presents with abdominal pain, bloating and\n"
        "diarrhea. She denies fever, weight loss, or rectal bleeding. Irritable bowel syndrome\n"
        "with diarrhea is the most likely diagnosis, but celiac disease cannot be ruled out.\n",
        (
            _found("abdominal pain", YES, "R10.9"),
            _found("bloating", YES, "R14.0"),
            _found("diarrhea", YES, "R19.7"),
            _found("fever", NO),
            _found("weight loss", NO),
            _found("rectal bleeding", NO),
            _found("Irritable bowel syndrome\nwith diarrhea", YES, "K58.0"),
            _found("celiac disease", MAYBE, "K90.0"),
        ),
    ),
    Note(
        "capitals",
        "ASSESSMENT: ACUTE BRONCHITIS. CHRONIC SINUSITIS. RULE OUT ASTHMA. NO WHEEZING. "
        "HX OF TUBERCULOSIS.",
        (
            _found("ACUTE BRONCHITIS", YES, "J20.9"),
            _found("CHRONIC SINUSITIS", YES, "J32.9"),
            _found("ASTHMA", MAYBE, "J45.909"),
            _found("WHEEZING", NO),
            _found("TUBERCULOSIS", PAST, "Z86.11"),
        ),
    ),
    Note(
        "names and numbers",
        "Name: Corvin Aldane  DOB: 03/14/1950  MRN: 00812345\nPhone: (555) 010-2299\n"
        "Mr. Aldane was seen by Dr. Wexford on 02/11/2026. T 37.2, HR 72, BP 120/80, SpO2 98% "
        "on RA. Metformin 500 mg bid. Gout of the left foot is unchanged.",
        (_found("Gout of the left foot", YES, "M10.9", "M10.072"),),
    ),
    Note(
        "gynaecology",
        "PSH: hysterectomy, appendectomy. 44F with pelvic pain and dysmenorrhea? Uterine "
        "fibroids in her sister. LMP unknown. Ovarian cyst, right.",
        (
            _found("hysterectomy", PAST, "Z90.710"),
            _found("appendectomy", PAST, "Z90.49"),
            _found("pelvic pain", YES, "R10.2"),
            _found("dysmenorrhea", YES, "N94.6"),
            _found("Uterine fibroids", KIN, "Z84.2", "Z83", "D25.9"),
            _found("Ovarian cyst, right", YES, "N83.201"),
        ),
    ),
    Note(
        "rheumatology",
        "Rheumatoid arthritis of right hand and left wrist. Systemic lupus erythematosus is "
        "suspected. Fibromyalgia. Not only fatigue but also insomnia.",
        (
            _found("Rheumatoid arthritis of right hand", YES, "M06", "M05.741"),
            _found("left wrist", YES, "M06", "M05.732"),
            _found("Systemic lupus erythematosus", MAYBE, "M32.9"),
            _found("Fibromyalgia", YES, "M79.7"),
            _found("fatigue", YES, "R53.83"),
            _found("insomnia", YES, "G47.00"),
        ),
    ),
    Note(
        "vascular",
        "DVT of right lower extremity. PE ruled out by CT. Varicose veins of both legs. "
        "Type 2 DM (E11.9). Return to ED for chest pain.",
        (
            _found("DVT of right lower extremity", YES, "I82.401"),
            _found("PE", NO),
            _found("Varicose veins of both legs", YES, "I83.93", "I83.9"),
            _found("Type 2 DM", YES, "E11.9"),
            _found("E11.9", YES, "E11.9"),
        ),
    ),
    Note(
        "pneumonia or heart failure",
        "Differential: pneumonia vs. heart failure. Currently afebrile. Former smoker. "
        "No change in chronic cough. NKDA.",
        (
            _found("pneumonia", MAYBE, "J18.9"),
            _found("heart failure", MAYBE, "I50.9"),
            _found("smoker", PAST, "Z87.891"),
            _found("cough", YES, "R05.3"),
            _found("NKDA", NO),
        ),
    ),
    Note(
        "newborn",
        "3 day old newborn with neonatal jaundice. Feeding well. No respiratory distress. "
        "Mother has hypothyroidism.",
        (
            _found("neonatal jaundice", YES, "P59.9"),
            _found("respiratory distress", NO),
            _found("hypothyroidism", KIN, "Z83.49", "Z83.4"),
        ),
    ),
    Note(
        "infectious disease",
        "HIV disease, on treatment. COVID-19 pneumonia last year, resolved. Chronic hepatitis C. "
        "Herpes zoster without complications. No night sweats.",
        (
            _found("HIV disease", YES, "B20"),
            _found("COVID-19 pneumonia", PAST, "J12.82", "Z86.16"),
            _found("Chronic hepatitis C", YES, "B18.2"),
            _found("Herpes zoster without complications", YES, "B02.9"),
            _found("night sweats", NO),
        ),
    ),
    Note(
        "sport",
        "Left ankle sprain, initial encounter. Right rotator cuff tear. Contusion of left knee. "
        "No fracture or dislocation on x-ray.",
        (
            _found("Left ankle sprain, initial encounter", YES, "S93.402A"),
            _found("Right rotator cuff tear", YES, "M75.101", "M75.121"),
            _found("Contusion of left knee", YES, "S80.02"),
            _found("fracture", NO),
            _found("dislocation", NO),
        ),
    ),
]
