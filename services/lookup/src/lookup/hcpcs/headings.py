"""Headings within the letter groups, in this site's words, and blocks that can be scanned.

HCPCS publishes no titles for ranges of codes. A heading covers what it names and nothing that
belongs elsewhere; what no heading covers is found by the hundred it is in.
"""

from dataclasses import dataclass
from typing import Final

BLOCK = 100
"""How many numbers a block spans where there is no heading, or its codes are too many."""


@dataclass(frozen=True, slots=True)
class Heading:
    """A range of codes, *first* to *last*, and what one of them stands for ("" as its letter)."""

    first: str
    last: str
    title: str
    thing: str = ""

    @property
    def span(self) -> str:
        """The range, "A0021-A0999"."""
        return f"{self.first}-{self.last}"


HEADINGS: Final = (
    Heading("A0021", "A0999", "Ambulance and other transport", "ambulance or other transport"),
    Heading("A2001", "A2099", "Skin substitutes and wound matrices", "a wound matrix product"),
    Heading("A4100", "A4199", "Skin substitutes, not otherwise specified", "a skin substitute"),
    Heading(
        "A4206", "A4232", "Injection and infusion supplies", "a supply for injection or infusion"
    ),
    Heading("A4233", "A4299", "Diabetes, contraceptive and other supplies", "a medical supply"),
    Heading(
        "A4300",
        "A4309",
        "Vascular catheters and drug delivery",
        "a vascular access or drug delivery item",
    ),
    Heading(
        "A4310", "A4360", "Urinary and incontinence supplies", "a urinary or incontinence supply"
    ),
    Heading("A4361", "A4438", "Ostomy supplies", "an ostomy supply"),
    Heading(
        "A4450",
        "A4608",
        "Tapes, dressing aids, stockings, electrodes and breathing supplies",
        "a medical supply",
    ),
    Heading(
        "A4611",
        "A4640",
        "Replacement batteries and parts of equipment",
        "a part or accessory of equipment",
    ),
    Heading(
        "A4641",
        "A4659",
        "Diagnostic agents and monitoring supplies",
        "a diagnostic agent or monitoring supply",
    ),
    Heading("A4660", "A4937", "Dialysis supplies", "a dialysis supply"),
    Heading("A5051", "A5093", "Ostomy pouches and accessories", "an ostomy supply"),
    Heading(
        "A5102",
        "A5200",
        "Incontinence appliances and their care",
        "an incontinence or ostomy supply",
    ),
    Heading(
        "A5500", "A5514", "Diabetic shoes and inserts", "a diabetic shoe, its fitting or an insert"
    ),
    Heading("A6000", "A6412", "Dressings and wound care", "a dressing or wound care supply"),
    Heading("A6413", "A6461", "Bandages", "a bandage"),
    Heading("A6501", "A6611", "Compression garments", "a compression garment or its accessory"),
    Heading(
        "A7000",
        "A7049",
        "Breathing aids: supplies and parts",
        "a supply or part for breathing aids",
    ),
    Heading("A7501", "A7527", "Tracheostomy supplies", "a tracheostomy supply"),
    Heading("A8000", "A8006", "Protective helmets", "a protective helmet or its part"),
    Heading("A9150", "A9300", "Non-covered and miscellaneous items", "a miscellaneous item"),
    Heading(
        "A9500",
        "A9800",
        "Radiopharmaceuticals and contrast agents",
        "a diagnostic or therapeutic imaging agent",
    ),
    Heading(
        "A9900",
        "A9999",
        "Supplies and delivery not otherwise classified",
        "a supply or service component",
    ),
    Heading(
        "B4034", "B4088", "Enteral feeding kits, tubes and supplies", "an item for tube feeding"
    ),
    Heading(
        "B4100",
        "B4162",
        "Enteral formulas and thickeners",
        "a formula or additive for tube feeding",
    ),
    Heading(
        "B4164",
        "B5200",
        "Parenteral nutrition solutions and kits",
        "an item for intravenous nutrition",
    ),
    Heading("B9002", "B9999", "Infusion pumps and unlisted supplies", "a nutrition pump or supply"),
    Heading("C1052", "C1099", "Devices", "a device"),
    Heading("C1600", "C1999", "Devices and implants", "a device or implant"),
    Heading(
        "C2596", "C2699", "Devices and brachytherapy sources", "a device or brachytherapy source"
    ),
    Heading("C5271", "C5278", "Skin substitute application", "an application of a skin substitute"),
    Heading("C7500", "C7599", "Combined procedures", "a combination of procedures"),
    Heading("C7900", "C7999", "Remote mental health services", "a remote mental health service"),
    Heading("C8000", "C8099", "Procedures of outpatient departments", "a procedure"),
    Heading(
        "C8900", "C8937", "Magnetic resonance imaging and echocardiography", "an imaging service"
    ),
    Heading("C8957", "C8957", "Prolonged infusion", "an infusion service"),
    Heading(
        "C9000", "C9499", "Drugs, biologicals and radiopharmaceuticals", "a drug or biological"
    ),
    Heading("C9507", "C9507", "Convalescent plasma", "a blood product"),
    Heading("C9600", "C9608", "Coronary stents with drugs", "a coronary procedure"),
    Heading("C9610", "C9799", "Procedures", "a procedure"),
    Heading(
        "C9800",
        "C9899",
        "Other items and services",
        "an item or service of an outpatient department",
    ),
    Heading("C9901", "C9999", "Other procedures", "a procedure"),
    Heading("E0100", "E0159", "Canes, crutches and walkers", "a walking aid or its part"),
    Heading("E0160", "E0175", "Sitz baths and commodes", "a sitz bath, commode or its part"),
    Heading(
        "E0181",
        "E0203",
        "Pressure pads, mattresses and heat or cold devices",
        "a pad, mattress or heat or cold device",
    ),
    Heading("E0205", "E0239", "Heat and cold applications", "a device that applies heat or cold"),
    Heading("E0240", "E0249", "Bath and toilet aids", "a bath or toilet aid"),
    Heading(
        "E0250", "E0373", "Hospital beds and accessories", "a hospital bed, mattress or accessory"
    ),
    Heading(
        "E0424",
        "E0487",
        "Oxygen, ventilators and related breathing equipment",
        "breathing equipment or its supply",
    ),
    Heading(
        "E0490",
        "E0599",
        "Sleep apnea, nebulizer and suction equipment",
        "breathing or suction equipment or its part",
    ),
    Heading(
        "E0600",
        "E0606",
        "Suction pumps, positive airway pressure, breast pumps",
        "a pump, airway pressure device or other equipment",
    ),
    Heading("E0607", "E0620", "Monitoring equipment", "monitoring equipment or its part"),
    Heading(
        "E0621",
        "E0642",
        "Patient lifts and standing systems",
        "a patient lift, standing system or its part",
    ),
    Heading(
        "E0650", "E0683", "Pneumatic compressors and appliances", "a compression device or its part"
    ),
    Heading("E0691", "E0694", "Ultraviolet light systems", "an ultraviolet light system"),
    Heading("E0700", "E0711", "Safety equipment", "safety equipment"),
    Heading(
        "E0712",
        "E0799",
        "Nerve, muscle and bone stimulators; infusion pumps",
        "a stimulator, pump or its part",
    ),
    Heading("E0830", "E0948", "Traction equipment", "traction or orthopedic equipment"),
    Heading(
        "E0950",
        "E1039",
        "Wheelchair accessories and transport chairs",
        "a wheelchair accessory or transport chair",
    ),
    Heading("E1050", "E1298", "Wheelchairs", "a wheelchair or its part"),
    Heading("E1300", "E1310", "Whirlpool equipment", "whirlpool equipment"),
    Heading("E1352", "E1406", "Additional oxygen equipment", "oxygen-related equipment"),
    Heading("E1500", "E1699", "Dialysis equipment", "dialysis equipment or its part"),
    Heading("E1700", "E1702", "Jaw motion systems", "a jaw motion system or its part"),
    Heading(
        "E1800", "E1841", "Devices that stretch joints", "a device that stretches or moves a joint"
    ),
    Heading("E1902", "E2120", "Communication boards, monitors and other equipment", "equipment"),
    Heading("E2201", "E2399", "Wheelchair accessories", "a wheelchair accessory"),
    Heading("E2402", "E2402", "Negative pressure wound therapy", "a wound therapy pump"),
    Heading(
        "E2500", "E2599", "Speech generating devices", "a speech generating device or its part"
    ),
    Heading(
        "E2601", "E2633", "Wheelchair cushions and supports", "a wheelchair cushion or support"
    ),
    Heading("E3000", "E3299", "Other equipment", "equipment"),
    Heading("E8000", "E8002", "Gait trainers", "a gait trainer"),
    Heading(
        "G0008", "G0010", "Administration of preventive vaccines", "the administration of a vaccine"
    ),
    Heading("G0011", "G0099", "Preventive, navigation and care planning services", "a service"),
    Heading("G0100", "G0999", "Procedures and professional services", "a procedure or service"),
    Heading(
        "G1000",
        "G1099",
        "Clinical decision support mechanisms",
        "a clinical decision support mechanism",
    ),
    Heading(
        "G2000",
        "G2299",
        "Professional, care management and opioid treatment services",
        "a professional service",
    ),
    Heading("G3002", "G3003", "Chronic pain management", "a chronic pain management service"),
    Heading("G4000", "G4099", "Specialty sets of quality measures", "a set of quality measures"),
    Heading("G6001", "G6099", "Radiation therapy", "a radiation therapy service"),
    Heading("G8395", "G9140", "Quality measures", "a quality measure"),
    Heading(
        "G9143",
        "G9187",
        "Tests, functional limitations and demonstrations",
        "a service or functional report",
    ),
    Heading(
        "G9188",
        "G9999",
        "Quality measures, models and demonstrations",
        "a quality measure or a service of a model",
    ),
    Heading(
        "H0001",
        "H0053",
        "Alcohol, drug and mental health services",
        "a behavioral health or substance use service",
    ),
    Heading("H1000", "H1011", "Prenatal and family services", "a prenatal or family service"),
    Heading(
        "H2000",
        "H2041",
        "Mental health and community support services",
        "a behavioral health or support service",
    ),
    Heading(
        "J0001", "J3499", "Drugs other than by mouth", "a drug that is given other than by mouth"
    ),
    Heading(
        "J3520",
        "J7199",
        "Miscellaneous drugs, solutions and clotting factors",
        "a drug, solution or clotting factor",
    ),
    Heading(
        "J7200",
        "J7299",
        "Clotting factors and contraceptives",
        "a clotting factor or contraceptive",
    ),
    Heading(
        "J7300",
        "J7399",
        "Contraceptive, eye, joint and other products",
        "a drug or implanted product",
    ),
    Heading(
        "J7401",
        "J7599",
        "Implants and drugs that suppress the immune system",
        "a drug, often one that suppresses the immune system",
    ),
    Heading("J7601", "J7799", "Inhalation solutions", "a drug that is inhaled through equipment"),
    Heading("J7999", "J7999", "Compounded drugs", "a drug"),
    Heading("J8498", "J8999", "Drugs taken by mouth", "a drug that is taken by mouth"),
    Heading(
        "J9000",
        "J9999",
        "Chemotherapy and other cancer drugs",
        "a drug, mostly one for treating cancer",
    ),
    Heading(
        "K0001",
        "K0199",
        "Wheelchairs and accessories",
        "a wheelchair, its accessory or other equipment",
    ),
    Heading("K0455", "K0609", "Pumps, batteries and miscellaneous items", "a pump, supply or part"),
    Heading(
        "K0669",
        "K0746",
        "Wheelchair cushions, batteries and miscellaneous items",
        "a supply or part of equipment",
    ),
    Heading(
        "K0800",
        "K0899",
        "Power operated vehicles and power wheelchairs",
        "a power wheelchair or scooter",
    ),
    Heading("K0900", "K1099", "Other equipment and devices", "a device or supply"),
    Heading(
        "L0112",
        "L0999",
        "Orthotics of the spine: neck, trunk, lower back",
        "an orthosis of the spine or a part of one",
    ),
    Heading(
        "L1000",
        "L1499",
        "Orthotics of the spine: scoliosis",
        "an orthosis for scoliosis or a part of one",
    ),
    Heading("L1600", "L2999", "Orthotics of the leg", "an orthosis of the leg or a part of one"),
    Heading(
        "L3000",
        "L3649",
        "Orthopedic shoes and changes to shoes",
        "an orthopedic shoe, insert or change to a shoe",
    ),
    Heading("L3650", "L3999", "Orthotics of the arm", "an orthosis of the arm or a part of one"),
    Heading("L4000", "L4631", "Repairs and ankle-foot supports", "an orthosis, its repair or part"),
    Heading("L5000", "L5999", "Prostheses of the leg", "a prosthesis of the leg or a part of one"),
    Heading("L6000", "L7599", "Prostheses of the arm", "a prosthesis of the arm or a part of one"),
    Heading("L7600", "L8049", "Breast, face and other prostheses", "a prosthesis or its part"),
    Heading("L8300", "L8485", "Trusses, prosthetic socks and sheaths", "a truss, sock or sheath"),
    Heading(
        "L8499",
        "L8699",
        "Implants and voice prostheses",
        "an implant, voice prosthesis or its part",
    ),
    Heading(
        "L8701", "L9900", "Powered arm devices and other supplies", "an orthotic or prosthetic item"
    ),
    Heading("M0001", "M0005", "Sets of quality measures", "a set of quality measures"),
    Heading("M0010", "M0074", "Models of care", "a service of a model of care"),
    Heading("M0075", "M0100", "Other medical services", "a medical service"),
    Heading(
        "M0201",
        "M0299",
        "Giving vaccines and antibodies",
        "the administration of a vaccine or antibody",
    ),
    Heading("M0300", "M0301", "Other medical services", "a medical service"),
    Heading("M1000", "M1599", "Quality measures", "a quality measure"),
    Heading("P2028", "P2038", "Chemistry and toxicology tests", "a laboratory test"),
    Heading("P3000", "P3001", "Pap smears", "a screening Pap smear"),
    Heading("P7001", "P7001", "Cultures", "a laboratory test"),
    Heading("P9010", "P9100", "Blood products", "a blood product or blood service"),
    Heading(
        "P9603",
        "P9615",
        "Travel for specimens and catheterization",
        "a laboratory's travel or specimen collection",
    ),
    Heading("Q0035", "Q0099", "Cardiac, chemotherapy and other services", "a service"),
    Heading("Q0111", "Q0115", "Microscopy tests", "a laboratory test"),
    Heading("Q0138", "Q0181", "Drugs", "a drug"),
    Heading(
        "Q0220",
        "Q0249",
        "Antibodies against the coronavirus",
        "an antibody against the coronavirus",
    ),
    Heading(
        "Q0477",
        "Q0509",
        "Parts of ventricular assist devices",
        "a part of a ventricular assist device",
    ),
    Heading("Q0510", "Q0599", "Pharmacy supply and dispensing fees", "a fee of a pharmacy"),
    Heading("Q1004", "Q1005", "New technology lenses", "a lens for the eye"),
    Heading("Q2004", "Q2099", "Drugs and cell therapies", "a drug or cell therapy"),
    Heading("Q3001", "Q3031", "Telehealth and other services", "an item or service"),
    Heading("Q4001", "Q4051", "Casts and splints", "a cast or splint supply"),
    Heading("Q4074", "Q4082", "Other drugs", "a drug or biological"),
    Heading("Q4100", "Q4499", "Skin substitutes", "a skin substitute"),
    Heading(
        "Q5001", "Q5010", "Where hospice care is given", "the place where hospice care is given"
    ),
    Heading("Q5098", "Q5199", "Biosimilars", "a biosimilar drug"),
    Heading("Q9001", "Q9004", "Chaplain and other services", "a service"),
    Heading(
        "Q9950",
        "Q9999",
        "Contrast agents, imaging agents and biosimilars",
        "an imaging agent or drug",
    ),
    Heading(
        "R0070",
        "R0076",
        "Transport of X-ray and EKG equipment",
        "the transport of portable X-ray or EKG equipment",
    ),
    Heading("S0012", "S0199", "Drugs", "a drug"),
    Heading("S0201", "S0999", "Services, equipment and eye care", "a service or item"),
    Heading("S1001", "S1099", "Diabetes devices and other items", "an item"),
    Heading("S2053", "S2999", "Surgical procedures", "a procedure"),
    Heading("S3000", "S3999", "Tests and screening", "a test"),
    Heading(
        "S4005", "S4999", "Fertility services and other supplies", "a fertility service or supply"
    ),
    Heading("S5000", "S5199", "Drugs, home and community care", "a drug or home care service"),
    Heading(
        "S5497",
        "S5599",
        "Catheter care, insulin and its delivery",
        "a home infusion service or insulin item",
    ),
    Heading(
        "S8030",
        "S8999",
        "Imaging, breathing, physical therapy and other items",
        "an item or service",
    ),
    Heading("S9001", "S9999", "Home care, infusion therapy and other programs", "a service"),
    Heading(
        "T1000",
        "T1999",
        "Nursing, case management and other services",
        "a service of a Medicaid program",
    ),
    Heading(
        "T2001",
        "T2101",
        "Transport, residential and waiver services",
        "a transport, residential or waiver service",
    ),
    Heading("T4521", "T4545", "Incontinence products", "an incontinence product"),
    Heading("T5001", "T5999", "Other supplies", "a supply"),
    Heading("U0001", "U0005", "Coronavirus tests", "a laboratory test for the coronavirus"),
    Heading("V2020", "V2025", "Frames", "a frame"),
    Heading("V2100", "V2199", "Single vision lenses", "a single vision lens"),
    Heading("V2200", "V2299", "Bifocal lenses", "a bifocal lens"),
    Heading("V2300", "V2399", "Trifocal lenses", "a trifocal lens"),
    Heading("V2410", "V2499", "Other lenses", "a lens"),
    Heading("V2500", "V2599", "Contact lenses", "a contact lens"),
    Heading("V2600", "V2615", "Low vision aids", "a low vision aid"),
    Heading("V2623", "V2632", "Prosthetic eyes and lenses", "a prosthetic eye, its care or a lens"),
    Heading("V2700", "V2799", "Other vision items and services", "a vision item or service"),
    Heading("V5008", "V5020", "Hearing assessment", "a hearing assessment"),
    Heading(
        "V5030",
        "V5297",
        "Hearing aids and assistive listening devices",
        "a hearing aid, its part or service",
    ),
    Heading("V5298", "V5299", "Other hearing items", "a hearing item or service"),
    Heading("V5336", "V5364", "Speech-language services", "a speech-language service or item"),
)
"""In order, none within another."""


def heading_of(code: str) -> Heading | None:
    """The heading that *code* stands under; None where there is none."""
    return next((heading for heading in HEADINGS if heading.first <= code <= heading.last), None)


def block_of(code: str) -> Heading:
    """The hundred of numbers that *code* is in."""
    number = int(code[1:]) // BLOCK * BLOCK
    return Heading(f"{code[0]}{number:04d}", f"{code[0]}{number + BLOCK - 1:04d}", "")
