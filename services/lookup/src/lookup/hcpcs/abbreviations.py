"""Abbreviations of the short descriptions of HCPCS Level II, spelled out.

The 28 characters of a short description are abbreviated in many ways, and the same letters stand
for different words in different groups of codes ("pt" is a patient, "st wear barr" is standard
wear barrier, "st stage"). So there is a general table, and tables for groups of codes that go
before it. Entries are "abbreviation=words", all in small letters unless the words are names.
"""

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from lookup.hcpcs.particular_words import PARTICULAR

_GENERAL: Final = """
aa=abdominal wall; aaa=abdominal aortic aneurysm; aac=augmentative and alternative communication;
abd=abdominal; abdu=abduction; abl=ablation; ablt=ablation; abn=abnormal; abnl=abnormal;
abnml=abnormal; abrestrain=abduction restrainer; absorb=absorbing; absorp=absorptive;
absorpt=absorptive; absrb=absorber; absrber=absorber; absrbr=absorber; acc=accessory;
acceler=accelerated; acces=accessory; accessor=accessory; accs=access; ace=ACE inhibitor;
acet=acetate; acetaminoph=acetaminophen; acetazolamid=acetazolamide; aco=ACO; acro=acromio;
act=activity; acti=activated; actua=actuator; actv=active; acu=acute; acuit=acuity; acut=acute;
ad=additional; add=addition; additiv=additives; addl=additional; adhd=ADHD; adher=adherent;
adhes=adhesive; adhesiv=adhesive; adhesivedisk=adhesive disk; adhsv=adhesive; adj=adjustable;
adjst=adjustable; adjstabl=adjustable; adju=adjunctive; adjustab=adjustable; adjustm=adjustment;
adjv=adjuvant; adl=adolescent; adlt=adult; adm=administration; admin=administration;
administ=administration; admn=administration; admt=admitted; adol=adolescent; adpt=adapter;
adptr=adapter; adren=adrenal; adrs=address; adt=androgen deprivation therapy; adtl=additional;
adv=advanced; advn=advanced; aed=automated external defibrillator; afo=ankle-foot orthosis;
aft=after; aftr=after; agen=agent; ahi=apnea-hypopnea index;
aicd=automatic implantable cardioverter-defibrillator; airplan=airplane; ajcc=AJCC; ak=above knee;
ald=assistive listening device; alg=algorithm; algor=algorithm; align=alignment; alkalin=alkaline;
allo=allograft; als=advanced life support; alter=alternative; alterna=alternative; amb=ambulatory;
ambul=ambulatory; ambulan=ambulance; ambulanc=ambulance; amlst=am list; amn=amniotic;
amnio=amniotic; amp=amputation; ampho=amphotericin; ampli=amplified; ampu=amputee; amt=amount;
anat=anatomic; andsupplies=and supplies; anes=anesthesia; anest=anesthesia; anesth=anesthesia;
aneth=anesthesia; ang=angiography; angio=angiography; angiop=angioplasty; ank=ankle; ankl=ankle;
ant=anterior; antagonis=antagonist; anter=anterior; antibio=antibiotic; antica=anticancer;
antico=anticoagulant; anticoag=anticoagulant; antiem=antiemetic; antiemet=antiemetic;
antimi=antimicrobial; antimicro=antimicrobial; antirheum=antirheumatic; antisept=antiseptic;
antitnf=anti-TNF; anytype=any type; aoi=auditory osseointegrated implant; aor=aortic;
aph=apheresis; aphlx=anaphylaxis; apn=apnea; apoe=apolipoprotein E; app=application;
appl=appliance; appli=appliance; applianc=appliance; applicat=application; appr=appropriate;
approp=appropriate; arb=ARB; armrst=armrest; arni=ARNI; arth=arthroscopy; arthr=arthroscopy;
arthro=arthroscopy; arthroscp=arthroscopy; artic=articulated; articulat=articulated;
artif=artificial; artifical=artificial; ary=array; asc=ambulatory surgical center;
ascvd=atherosclerotic cardiovascular disease; ases=assessed; asm=assembly; asmb=assembly;
asmnt=assessment; asp=aspiration; aspara=asparaginase; aspir=aspiration; aspr=aspiration;
ass=assist; asse=assessment; assem=assembly; asser=assertive; assesd=assessed; assesed=assessed;
assessm=assessment; assessmt=assessment; assi=assist; assm=assessment; assmnt=assessment;
assmt=assessment; asst=assistant; asth=asthma; asthm=asthma;
asyntelehealth=asynchronous telehealth; ath=atherectomy; ather=atherectomy; atherec=atherectomy;
atp=at; atril=atrial; atrisk=at risk; att=attached; atta=attachment; attach=attachment;
attachmnt=attachment; attachmnts=attachments; attch=attachment; attchmnt=attachment;
atten=attention; atyp=atypical; auc=AUC; aud=auditory; aug=augmentation; aut=automatic;
auto=automatic; autolog=autologous; automtd=automated; autosys=automated system;
autotran=autotransplantation; aux=auxiliary; av=arteriovenous; avf=arteriovenous fistula;
avg=average; awv=annual wellness visit; axi=axis; axill=axillary; ba=bar; bac=bacterial;
bal=balloon; baldder=bladder; ballo=balloon; bandag=bandage; bandge=bandage; baro=baroreceptor;
barr=barrier; bat=battery; batt=battery; battry=battery; bc=birth control; bcell=B-cell; bcg=BCG;
bd=board; bdg=bandage; bdr=border; beh=behavioral; behav=behavioral; bel=below; belo=below;
benef=beneficiary; benzo=benzodiazepine; betw=between; bev=bevacizumab; bh=behavioral health;
bhi=behavioral health integration; bhv=behavioral; bicros=BICROS; bid=twice daily; bif=bifocal;
bifo=bifocal; bifoc=bifocal; bifocl=bifocal; bil=bilateral; bilat=bilateral; bin=binaural;
binau=binaural; binaur=binaural; bio=biological; biofeed=biofeedback; biofk=biofeedback;
biolog=biological; biomrk=biomarker; biop=biopsy; biosimi=biosimilar; biosimil=biosimilar;
bipol=bipolar; bk=below knee; bld=blood; bldg=building; bls=basic life support; blt=belt;
blw=below; bmi=BMI; bmt=bone marrow transplant; bn=bone; bon=bone; bor=border; bord=border;
bordr=border; botle=bottle; bp=blood pressure; bpci=BPCI; bpsy=biopsy; brac=bracket;
brach=brachytherapy; brachy=brachytherapy; brachytx=brachytherapy; bran=branch; brd=board;
brdr=border; breas=breast; breastprosthesis=breast prosthesis; breastpump=breast pump;
bronch=bronchoscopy; bronchdil=bronchodilator; brst=breast; brt=breast; brth=birth; bsd=based;
bsl=baseline; bsline=baseline; bsln=baseline; bslne=baseline; bte=behind the ear; btl=bottle;
bttn=button; btw=between; btween=between; btwn=between; bupivac=bupivacaine; bupre=buprenorphine;
bupren=buprenorphine; bupreno=buprenorphine; buprenorph=buprenorphine;
buprenorphone=buprenorphine; burngarment=burn garment; burngrmnt=burn garment; bx=biopsy;
byps=bypass; cabg=coronary artery bypass graft; cacr=cancer; cad=computer-aided detection;
cal=calibrated; calc=calculation; calip=caliper; canad=Canadian; canc=cancer; cap=capacity;
carb=carbohydrate; card=cardiac; cardiointegra=cardiointegram; cardiomy=cardiomyopathy;
cardiovert=cardioverter; carecoordination=care coordination; carot=carotid; cart=cartridge;
cartil=cartilage; carv=carved; cas=carotid artery stenting; cath=catheter; cath's=catheters;
cathet=catheter; catheterize=catheterization; cathr=catheter; caus=caused; cav=cavity;
cbc=complete blood count; cbl=cable; cbt=cognitive behavioral therapy;
ccm=chronic care management; ccta=coronary CT angiography; cdc=CDC; cde=code;
cdsm=clinical decision support mechanism; cea=carotid endarterectomy; cellphn=cell phone;
celltrans=cell transplant; cent=central; centerbased=center based; cer=cervical; cert=certified;
certif=certified; certifie=certified; cerv=cervical; cervic=cervical; cess=cessation; cgh=CGH;
cgm=continuous glucose monitor; cgs=continuous glucose monitoring system; ch=chair; chan=channel;
chap=chaps; charg=charge; chd=coronary heart disease; chelationtherapy=chelation therapy;
chem=chemical; chemo=chemotherapy; chemodenerv=chemodenervation; chg=change; chge=change;
chi=child; chinstrp=chin strap; chiro=chiropractic; chk=check; chkin=check-in; chl=chlamydia;
chlam=chlamydia; chld=child; chlor=chloride; chmbr=chamber; cholest=cholesterol;
chondro=chondroplasty; chrg=charging; chrgr=charger; chro=chronic; chron=chronic; chst=chest;
cic=completely in the canal; cid=cochlear implant device;
cied=cardiac implantable electronic device; cir=circuit; circ=circulating;
ckd=chronic kidney disease; clin=clinical; clinc=clinician; clmp=clamp; cln=clinical;
clos=closing; clot=clotting; clrd=cleared; clsd=closed; cml=chronic myelogenous leukemia;
cmmi=CMMI; cmplt=complete; cmpltd=completed; cmplx=complexity; cmprs=compression;
cmprsburngarment=compression burn garment; cmprsburngrmnt=compression burn garment;
cmprss=compression; cms=CMS; cmv=CMV; cn=certified nurse; cncr=cancer; cncrns=concerns;
cnd=conditions; cnr=cancer; cnslt=consultation; cntct=contact; cntr=controller;
cntrbal=counterbalance; cntrl=control; cnvrt=convert; co2=carbon dioxide; coag=coagulation;
coch=cochlear; cocm=psychiatric collaborative care; cog=cognitive; coll=collection;
collag=collagen; collec=collection; collect=collection; colo=colonoscopy; colonosc=colonoscopy;
colsco=colonoscopy; colscop=colonoscopy; colscope=colonoscopy; com=community; comb=combination;
combin=combination; combo=combination; comm=community; commerc=commercial; comorb=comorbidity;
comp=compression; companioncare=companion care; comparat=comparator; compl=complete;
complet=complete; compnt=component; compo=component; compon=component; compr=compression;
compre=compressed; compres=compression; compresor=compressor; comprssn=compression;
conc=concentrate; cond=condition; conf=conference; cong=congenital; congen=congenital;
conn=connective; connec=connector; cons=constant; consid=considered; const=constant;
constr=construction; constrc=constructed; construc=construction; consult=consultation;
cont=continuous; contain=containment; containmt=containment; contin=continuous; contr=contrast;
contra=contraceptive; contracept=contraceptive; contractur=contracture; contrl=control;
contro=control; conv=convexity; coor=coordinated; coord=coordination;
copd=chronic obstructive pulmonary disease; copp=copper; cor=coronary;
corf=comprehensive outpatient rehabilitation facility; coro=coronary; corr=correction;
cort=cortisol; cortico=corticosteroid; coun=counseling; couns=counseling; counsl=counseling;
counte=counter; couplin=coupling; cov=covered; covd=covered; covid=COVID; cpap=CPAP; cpm=CPM;
cpt=completed; crc=colorectal cancer; cre=care; crgvr=caregiver; crit=critical; criti=critical;
crnt=current; cros=CROS; crt=complex rehabilitation technology; cryo=cryoablation;
cryoprecipitatereducedplasma=cryoprecipitate-reduced plasma; crypnm=cryopneumatic;
csi=cardiac stress imaging; csit=cardiac stress imaging test; csp=colonoscopy screening plan;
cst=customized; cstm=custom; cstr=caster; csw=clinical social worker; ct=CT; cta=CT angiography;
ctd=carotid; ctg=category; ctlso=cervical-thoracic-lumbar-sacral orthosis; ctr=center;
ctrl=control; cu=custom; cur=current; curr=current; cus=custom; cusfab=custom fabricated;
cush=cushion; cushn=cushion; cust=custom; custm=custom; custo=custom;
cva=cerebrovascular accident; cvd=cardiovascular disease; cvr=cover; cycl=cycle;
cyclophos=cyclophosphamide; cyclophosphamd=cyclophosphamide; cyl=cylinder; cylind=cylinder;
cylndr=cylinder; cys=cystic; cyst=cystic; cysto=cystoscopy; cystosc=cystoscopy;
cystureth=cystourethroscopy; cyto=cytopathology; d=day; d5w=D5W; dbl=double; dchg=discharged;
deb=debridement; debrid=debridement; dec=decision; decln=decline; decompr=decompression;
decompressio=decompression; decr=decreased; def=definitive; defib=defibrillator; defic=deficiency;
deg=deglycerolized; degen=degenerative; degly=deglycerolized; del=delivery; deli=delivery;
deliv=delivery; delivry=delivery; delux=deluxe; dem=dementia; demo=demonstration; den=density;
denerv=denervation; dens=density; dep=depression; depend=dependent; depres=depression; dept=depth;
derm=dermal; derot=derotation; desc=described; desgn=design; desig=design; det=detachable;
deta=detachable; detach=detachable; detacharm=detachable arm; detec=detection; detectd=detected;
determ=determination; dev=device; devc=device; devel=development; devi=device; devic=device;
devicenoc=device, not otherwise classified; devlopment=development; dex=dextrose;
dexametha=dexamethasone; dia=diagnostic; diab=diabetes; diag=diagnostic; diagn=diagnostic;
dial=dialysis; dialcir=dialysis circuit; dialy=dialysis; dialys=dialysis; dialysat=dialysate;
dialysi=dialysis; diam=diameter; diap=diaper; diaphra=diaphragm; dias=diastolic;
diatherm=diathermy; dicom=DICOM; diem=per day; diep=DIEP; diff=differential;
diffwbc=differential white blood cell count; difti=diftitox; dig=digital; digit=digital;
dil=dilation; dir=direct; direc=direct; dis=disease; disa=disarticulation; disar=disarticulation;
disart=disarticulation; disartic=disarticulation; disarticul=disarticulation;
disarticula=disarticulation; disarticulat=disarticulation; disc=discussion; disch=discharge;
discharg=discharge; dischg=discharged; disconn=disconnect; dise=disease; dislo=dislocation;
disod=disodium; disodiu=disodium; disp=disposable; dispens=dispensing; dispos=disposable;
disposble=disposable; disps=disposable; dist=distal; dme=DME; dmentia=dementia;
dmepdac=written coding verification by the DME PDAC; dmht=digital mental health treatment;
dmp=disease management program; dn=density; dna=DNA; dnr=donor; dob=date of birth; doc=documented;
docrev=documented review of; docs=documents; docu=documentation; docum=documented;
documntd=documented; dop=doppler; doppl=doppler; dors=dorsiflexion; dorsiflex=dorsiflexion;
doub=double; dpth=depth; drain=drainage; drainag=drainage; dre=digital rectal examination;
dress=dressing; drg=dressing; drivewheel=drive wheel; drl=drill; drnble=drainable; drng=during;
drsflx=dorsiflexion; drsg=dressing; drvd=derived; dschg=discharge; dsg=dressing;
dstry=destruction of; dte=date; dtr=determinants; dty=duty; du=duty; dua=dual; dul=dual;
dur=during; dut=duty; dv=device; dvc=device; dx=diagnostic; dxa=DXA; dy=days; dyn=dynamic;
dynami=dynamic; dys=days; dyst=dystrophy; dz=disease; ea=each; eac=each; earlvl=ear level;
ebus=endobronchial ultrasound; ecg=electrocardiogram; echognc=echogenic; ed=education;
edr=electrodermal; edu=education; educ=education; ef=enteral formula; efgr=eGFR;
egd=esophagogastroduodenoscopy; egfr=eGFR; ehr=electronic health record; eia=enzyme immunoassay;
ekg=electrocardiogram; el=eluting; ela=elastic; elas=elastic; elast=elastic; elastomc=elastomeric;
elb=elbow; elbo=elbow; elbw=elbow; elctr=electrode; elec=electric; elect=electric;
electr=electric; electro=electric; electromagntic=electromagnetic; electromgntc=electromagnetic;
electromyograph=electromyography; electron=electronic; elem=elements; elev=elevating;
elevat=elevating; elg=eligible; eli=eligible; elig=eligible; elim=elimination; elu=eluting;
elut=eluting; em=evaluation and management; emb=embolization; embol=embolization;
embolect=embolectomy; emboliz=embolization; emer=emergency; emerg=emergency; emet=emetic;
emg=electromyography; emiss=emission; empl=employment; emr=electronic medical record;
en=encounter; enc=encounter; enceph=encephalopathy; enct=encounter; encts=encounters;
endo=endoscopic; endobr=endobronchial; endolymp=endolymphatic; endoscop=endoscopy;
endoskel=endoskeletal; endoskletl=endoskeletal; endovas=endovascular; endur=endurance;
enhan=enhanced; enl=enlarged; enlargemnt=enlargement; ent=enteral; enter=enteral;
environ=environmental; eo=elbow orthosis; eom=Enhancing Oncology Model; ep=electrophysiology;
epap=EPAP; epi=epidermal; epid=epidural; episod=episodes of; eq=equal; eqpmnt=equipment;
equ=equal; equa=equal; equip=equipment; equipme=equipment; er=emergency room; erbs=Erb's;
ercp=endoscopic retrograde cholangiopancreatography; erythro=erythromycin; escrt=escort;
esd=endoscopic submucosal dissection; eso=esophagoscopy; esoph=esophageal; esophag=esophageal;
esrd=end-stage renal disease; est=established; estab=established; estr=estradiol;
eswl=extracorporeal shock wave lithotripsy; etc=etc.; eth=ethinyl; etoh=alcohol; eval=evaluation;
evaluatio=evaluation; evaluatn=evaluation; evar=endovascular aneurysm repair; evid=evidence;
evst=event; evt=event; ewhf=elbow-wrist-hand-finger device;
ewhfo=elbow-wrist-hand-finger orthosis; ewho=elbow-wrist-hand orthosis; exa=examination;
exam=examination; examina=examination; exc=excision; exch=exchange; excl=excluding;
exclu=excluding; exer=exercise; exerc=exercise; exi=existing; exl=exclusion; exm=examination;
exo=exoskeletal; exoskel=exoskeletal; exp=exposure; expan=expansion; expand=expandable;
expandabl=expandable; expans=expansion; expec=expectancy; exper=experimental; expl=explained;
expos=exposure; exsuff=exsufflation; ext=external; extar=extra-articular; extemity=extremity;
exten=extension; extens=extension; extensi=extension; extnd=extended; extr=extremity;
extrem=extremity; extrn=external; extrnl=external; fab=fabricated; fabri=fabricated;
fabrica=fabricated; fabricat=fabricated; fac=facility; facehood=face hood; facemask=face mask;
facil=facility; fail=failure; fam=family; fange=flange; fas=fasting; fbrg=fiberglass;
fbrgl=fiberglass; fbrglas=fiberglass; fbrgls=fiberglass; fclty=facility; fcn=function; fda=FDA;
fdr=feeder; fe=iron; fem=femoral; fert=fertilization; fetoscop=fetoscopic; fev=FEV;
ffp=fresh frozen plasma; ffr=fractional flow reserve; fi=fingers; fib=fibrinogen; fil=filler;
fill=filler; filt=filter; filtr=filter; fir=first; fist=fistula; fix=fixation; fixd=fixed;
fixn=fixation; fla=flange; fld=fluid; flex=flexible; flexi=flexible; fllw=follow; fln=flange;
flng=flange; flouresc=fluorescence; flr=floor; flt=filter; fltr=filter; flu=influenza;
fluo=fluorescence; fluorodeoxygluco=fluorodeoxyglucose; flw=flow; flwup=follow-up; flx=flexible;
fnct=function; fo=finger orthosis; foa=functional outcome assessment; foamchnl=foam channel;
foamroll=foam roll; fol=followed by; foll=follow; followup=follow-up; folls=follows;
follup=follow-up; footcare=foot care; footwr=footwear; forarm=forearm; forgn=foreign;
formu=formula; fos=foster; fostercare=foster care; foun=foundation; fplate=faceplate;
fq=federally qualified health center; fqhc=federally qualified health center; fr=from;
frac=fracture; fract=fraction; fractx=fractionated; fram=frame; frc=friction; frcst=forecast;
frct=friction; fre=free; freq=frequency; fric=friction; frict=friction; froz=frozen; frz=frozen;
fs=functional status; fsodi=functional status by ODI; fst=first; ft=foot; ftl=functional;
ftplate=footplate; ftrest=footrest; ftrst=footrest; ftwear=footwear; fu=follow-up;
func=functional; funct=functional; fup=follow-up; furnsh=furnishing; fusn=fusion; fut=future;
fv=five; fva=fundus vascular angiography; fx=fracture; fxcture=fracture; fxd=fixed; gal=gallon;
garm=garment; garmnt=garment; garmt=garment; gastro=gastrostomy; gaug=gauge; gc=gonorrhea;
gen=generator; geriatr=geriatric; gest=gestational; gft=graft; gi=gastrointestinal; gift=GIFT;
gist=gastrointestinal stromal tumor; glob=globulin; globa=global; globuln=globulin; glov=glove;
glu=glucose; gluc=glucose; gluco=glucose; glut=gluteal; glycer=glycerophosphate; gm=grams;
gmln=germline; gmt=garment; gmt_wrap=garment wrap; gn=generator; gov=governed; gp=group; gr=group;
grad=gradient compression; graf=graft; grav=gravity; grft=graft; grmnt=garment; grp=group;
gsa=GSA; gui=guideline; guid=guided; gvn=given; gyn=gynecology; h=hour; hab=habilitation;
habil=habilitation; handfing=hand and finger; handfng=hand and finger; hangr=hanger;
harns=harness; harv=harvesting; hba1c=hemoglobin A1c; hbot=hyperbaric oxygen therapy;
hbp=high blood pressure; hbv=hepatitis B virus; hc=home care; hcc=hepatocellular carcinoma;
hcl=hydrochloride; hct=HCT; hcv=hepatitis C virus; hd=heavy duty; hda=headache; hdache=headache;
hdr=high dose rate; hdtrans=heavy duty transfer; hea=health; heavyduty=heavy duty;
hedia=hemodialysis; heig=height; hema=hematology; hemipelvect=hemipelvectomy; hemo=hemodialysis;
hemod=hemodialysis; hemophil=hemophilic; hep=hepatitis; hepb=hepatitis B; hepc=hepatitis C;
herpzos=herpes zoster; hexa=hexafluoride; hf=heart failure; hfo=hand-finger orthosis; hgh=high;
hgt=height; hh=home health; hha=home health agency; hhc=home health care;
hhcp=home health care of a patient; hhs=home health setting; hi=high;
hifu=high intensity focused ultrasound; hig=high; hist=history; histo=histological;
hit=home infusion therapy; hiv=HIV; hkaf=hip-knee-ankle-foot device;
hkafo=hip-knee-ankle-foot orthosis; hla=HLA-matched; hlt=health; hlth=health; hlthy=healthy;
hm=home; hme=home; hmes=heat and moisture exchange system; ho=hip orthosis; hol=hole; hom=home;
homaker=homemaker; homecare=home care; homedelivered=home delivered; homemi=home mix;
hopd=hospital outpatient department; horm=hormone; hos=hospital; hosp=hospital; hospc=hospice;
hospi=hospice; hpgls=hypoglossal nerve; hpls=hypoglossal nerve; hpv=human papillomavirus; hr=hour;
hrn=hernia; hrs=hours; hrsn=health-related social needs; hrt=heart; hspc=hospice; hst=history;
ht=height; htn=hypertension; htx=heart transplant; hum=human; humid=humidifier;
humidif=humidifier; hvy=heavy; hx=history; hyd=hydraulic; hydl=hydraulic; hydr=hydraulic;
hydral=hydraulic; hydraul=hydraulic; hydroc=hydrochloride; hydroch=hydrochloride;
hydrochl=hydrochloride; hydrocolld=hydrocolloid; hydrophil=hydrophilic; hyp=hypertrophic;
hyperex=hyperextension; hyst=hysterectomy; hzv=herpes zoster vaccine; ibu=ibuprofen;
icd=implantable cardioverter-defibrillator; icg=indocyanine green;
ici=immune checkpoint inhibitor; icu=intensive care unit; id=identified; ident=identification;
idio=idiopathic; idx=index; iep=IEP; ileo=ileostomy; ilic=iliac; ill=illness; im=intramuscular;
imag=imaging; imagin=imaging; imcomprmd=immunocompromised; img=imaging; imm=immune;
immcomp=immunocompromised; imme=immediate; immob=immobile; immobil=immobilizer;
immun=immunization; immuno=immune; immunosupressive=immunosuppressive; imp=implantable;
impl=implantable; implan=implant; implnt=implant; implt=implantable; impr=improvement;
impreg=impregnated; impro=improvement; improv=improvement; imprt=important; imprv=improving;
imrt=intensity modulated radiation therapy; imsup=immunosuppressive; inc=including;
incap=incapable; incid=incidental; incl=including; incomp=incomplete; incompl=incomplete;
incon=incontinence; incont=incontinence; incr=increased; ind=individual; indc=indicated;
indep=independent; indic=indicated; indiv=individual; individ=individual; individu=individual;
induc=induction; induct=induction; indw=indwelling; indx=index; inelig=ineligible; inf=infusion;
infec=infection; infect=infection; infl=influenza; inflatab=inflatable; info=information;
infs=infusion; infus=infusion; infusn=infusion; ing=ingredient; inh=inhalation; inhal=inhalation;
inhib=inhibitor; inhlnt=inhaled; ini=initial; init=initial; initi=initiated; initiat=initiation;
initl=initial; inj=injection; injec=injection; injeciton=injection; injectio=injection; inl=inlay;
inpat=inpatient; inpnt=inpatient; inpt=inpatient; inr=INR; ins=insertion; inse=insert;
inser=insertion; insl=insole; insol=insole; inspir=inspiratory; insrt=insertion;
inst=installation; install=installation; insti=instillation; instill=instillation;
instr=instruction; int=internal; integ=integrated; integrat=integrated; inten=intensive;
intens=intensive; interac=interactive; interc=interscapular; interf=interface; interfa=interface;
interm=intermittent; intermed=intermediate; intermit=intermittent; interp=interpretation;
interp't=interpretation; interpr=interpretation; interpt=interpretation; interscap=interscapular;
interv=intervention; interven=intervention; intervent=intervention; intfc=interface;
intg=integration; intl=initial; intrabuc=intrabuccal; intracav=intracavitary;
intraoclr=intraocular; intraocul=intraocular; intraop=intraoperative; intrathec=intrathecal;
intraur=intraurethral; intraut=intrauterine; intrav=intravenous; intravag=intravaginal;
intravas=intravascular; intravasc=intravascular; intravit=intravitreal; intrcept=intercept;
intrfc=interface; intro=introducer; introduc=introducer; intrpro=interprofessional;
intrpulmnry=intrapulmonary; intrvas=intravascular; ints=institutional stays; intst=intestinal;
intub=intubation; intv=intervention; inv=invasive; invas=invasive; invest=investigational;
invsive=invasive; iol=intraocular lens; ionbatter=ion battery; iop=intensive outpatient program;
ippb=intermittent positive pressure breathing; ippe=initial preventive physical examination;
irr=irrigation; irrad=irradiated; irreg=irregular; irrig=irrigation; isch=ischial; ischal=ischial;
iss=issues; itc=in the canal; ite=in the ear; iu=international units; iud=intrauterine device;
iui=intrauterine insemination; ius=intrauterine system; iv=intravenous;
ivf=in vitro fertilization; ivig=intravenous immune globulin; ivus=intravascular ultrasound;
jack=jacket; jckt=jacket; jej=jejunostomy; jejuno=jejunostomy; jnt=joint; jnts=joints; jo=joints;
joi=joint; join=joint; jt=joint; jts=joints; kaf=knee-ankle-foot device;
kafo=knee-ankle-foot orthosis; kcl=potassium chloride; kd=kidney; kegel=Kegel;
keratect=keratectomy; khe=kidney health evaluation; kid=kidney; kidn=kidney;
kiu=kallikrein inactivator units; kn=knee; kne=knee; knwn=known; ko=knee orthosis; lab=laboratory;
labor=laboratory; lam=lamination; lamin=laminated; laminat=laminated; lang=language;
lap=laparoscopic; laryn=laryngectomy; lat=lateral; later=lateral;
laup=laser-assisted uvulopalatoplasty; lavag=lavage; lb=pounds; lbs=pounds; lck=lock;
ldct=low-dose CT; ldl=LDL; ldr=low dose rate; le=lower extremity; leadacid=lead-acid;
leath=leather; legg=Legg; legrst=legrest; leng=length; lensshield=lens shield; les=lesion;
lesn=lesion; leuk=leukocyte; leukored=leukocytes reduced; leukoredu=leukocytes reduced;
leukoreduced=leukocytes reduced; lev=level; lg=large; lgrst=legrest; lgt=light; lgth=length;
li=light; lightwt=lightweight; lin=linear; ling=linkage; lip=liposome; liq=liquid; lith=lithium;
litho=lithotripsy; lithotr=lithotripsy; lithotrip=lithotripsy; litwt=lightweight; liv=living;
livr=liver; lmted=limited; lng=long; lngleg=long leg; lngth=length; lo=low; loc=location;
loca=location; lockingelbow=locking elbow; lodg=lodging; lodgng=lodging; lok=lock;
longit=longitudinal; longitud=longitudinal; longterm=long-term; lowr=lower; lowrisk=low-risk;
lpm=liters per minute; lpn=licensed practical nurse; lso=lumbar-sacral orthosis; lst=least;
lt=light; ltc=long-term care; ltch=long-term care hospital; ltd=limited; ltwt=lightweight;
lub=lubricant; lum=lumbar; lumb=lumbar; lungcx=lung cancer; lvad=left ventricular assist device;
lve=leave; lvef=left ventricular ejection fraction; lvg=living; lvl=level;
lvn=licensed vocational nurse; lvsd=left ventricular systolic dysfunction; lwr=lower;
lwrleg=lower leg; lym=lymph; lyr=layer; m=minutes; mac=macular; maint=maintenance;
mainten=maintenance; maintnd=maintained; mal=malignant; malf=malformation; malig=malignancy;
mam=mammography; mammo=mammography; man=manual; manag=management; mang=management;
manip=manipulation; manu=manual; mat=matrix; mate=material; mater=material; materia=material;
materialnoc=material, not otherwise classified; matl=material; matri=matrix; matrl=material;
matrx=matrix; matt=mattress; mattr=mattress; mattres=mattress; mattrs=mattress; max=maximum;
maxillofac=maxillofacial; mccd=coordinated care fee; mccm=Medicare Care Choices Model;
mch=mechanical; mci=mCi; mcpr=microprocessor; mcrop=microprocessor; md=physician;
mdd=major depressive disorder; mdl=model; mds=MDS; mea=measure; meam=measurement; meas=measure;
measr=measuring; measurem=measurement; mec=mechanical; mech=mechanical; med=medical; medi=medical;
medic=medication; medrec=medical record; meds=medications; mel=melanoma; melano=melanoma;
melmn=melanoma; mem=membrane; memb=membrane; membr=membrane; meni=meningococcal;
menig=meningococcal; ment=mental; mentl=mental; meos=monthly enhanced oncology services;
meq=milliequivalents; mesylt=mesylate; met=metastatic; meta=metatarsal; metab=metabolic;
metaboli=metabolic; metacar=metacarpal; metacarp=metacarpal; metas=metastatic; metast=metastatic;
metasta=metastatic; metastic=metastatic; metat=metatarsal; metata=metatarsal; meth=method;
methylpred=methylprednisolone; methylsl=methylsulfate; methylslfte=methylsulfate; mets=metastases;
mgmt=management; mgs=magnesium sulfate; mgt=management; mh=mental health; mic=microcurie;
microb=microbiome; microcap=microcapillary; microinf=microinfusion; microprcsr=microprocessor;
microsph=microspheres; microspher=microspheres; microsurg=microsurgical; mil=millicurie;
mileag=mileage; millicure=millicurie; millicuri=millicurie; milwauke=Milwaukee; min=minutes;
mins=minutes; minut=minutes; mips=MIPS; mis=miscellaneous; misc=miscellaneous; mit=mitral;
mj=major; mld=molded; mlnm=melanoma; mn=minutes; mng=management; mngmt=management; mnl=manual;
mnt=minutes; mntal=mental; mnth=month; mnths=months; mntl=mental; mo=month; mob=mobility;
mod=moderate; modif=modification; modifica=modification; modl=model; moisturizr=moisturizer;
mol=molecular; molde=molded; mon=monitor; monau=monaural; monit=monitor; monitr=monitor;
monoclon=monoclonal; mort=mortality; mos=months; mosm=mOsm; mot=motion; motio=motion;
mouthpc=mouthpiece; mouthpi=mouthpiece; mouthpie=mouthpiece; mplnt=implantation; mppt=mapping;
mra=MRA; mrcp=magnetic resonance cholangiopancreatography; mri=MRI; mrs=modified Rankin Scale;
msg=message; msmt=measurement; msr=measure; msrd=measured; msrmt=measurement; mth=month;
mthd=method; mtrx=matrix; mult=multiple; multiax=multiaxial; multidisc=multidisciplinary;
multidisipln=multidisciplinary; multilig=multiligamentous; multipl=multiple;
multipo=multipositional; multisys=multisystemic; multivis=multivisceral; multivisc=multivisceral;
musc=muscle; muscl=muscle; musclr=muscular; mv=motor vehicle; mvp=MIPS value pathway;
mwc=manual wheelchair; mx=matrix; myelomeningo=myelomeningocele; myo=myoelectric;
myocar=myocardial; myoel=myoelectric; myoelec=myoelectric; myoelectron=myoelectronic;
nacl=sodium chloride; nal=nasal; naloxon=naloxone; nar=narrow; nas=nasal; nav=navigation;
navigat=navigation; ndls=needle-free; neb=nebulizer; nebul=nebulizer; nebuliz=nebulizer;
nebulize=nebulizer; needl=needle; neg=negative; neo=neoplasm; neph=nephrostomy; nerv=nerve;
neu=neurostimulator; neur=neurological; neuro=neurological; neuromod=neuromodulation;
neuromus=neuromuscular; neuromuscul=neuromuscular; neuromuscularstim=neuromuscular stimulation;
neurosti=neurostimulator; neurostim=neurostimulator; nght=night; nghttime=nighttime; ngt=night;
nhl=non-Hodgkin lymphoma; nm=neuromuscular; nmes=neuromuscular electrical stimulator;
noc=not otherwise classified; nod=nodule; nom=nomogram; nonalc=nonalcohol; nonco=noncovered;
noncov=noncovered; nondis=nondisposable; nondisp=nondisposable; nondispos=nondisposable;
nonemer=nonemergency; nonemerg=nonemergency; noner=nonemergency; nongrav=non-gravity;
nonheated=non-heated; nonhospals=non-hospital-based advanced life support;
noninherit=not inherited; noninv=noninvasive; nonmd=nonphysician; nonmed=nonmedical;
nonmolde=nonmolded; nonpower=nonpowered; nonrub=nonrubber; nonsealed=non-sealed;
nonstnd=nonstandard; nontherm=nonthermal; nonvol=nonvolunteer; nopay=no payment; norm=normal;
norsn=no reason given; nos=not otherwise specified; noswaiver=not otherwise specified, waiver;
nph=nephrostomy; npp=nonphysician practitioner; nrg=no reason given; nrm=normal; nrml=normal;
nrostm=neurostimulator; nsclc=non-small cell lung cancer; nsg=nursing;
ntiol=new technology intraocular lens; nurs=nursing; nursin=nursing; nut=nutrient; nutr=nutrition;
nv=nerve; nw=new; o2=oxygen; ob=obstetrics; obs=observation; observ=observation;
obstr=obstruction; obtnd=obtained; occ=occupational; occip=occipital; occl=occlusion;
occlu=occlusive; occup=occupational; oct=OCT; ocu=ocular; onc=oncology; onl=only; onln=online;
op=operative; oper=operative; oph=ophthalmic; opht=ophthalmic; ophth=ophthalmic;
ophthalmi=ophthalmic; opi=opioid; opin=opinion; opiod=opioid; opn=open; opps=OPPS; opt=option;
opth=ophthalmic; optim=optimal; ord=ordered; orl=oral; orth=orthopedic; ortho=orthopedic;
orthoped=orthopedic; orthos=orthosis; orthot=orthotic; osa=obstructive sleep apnea;
oscil=oscillation; oscill=oscillating; ost=ostomy; osteo=osteoporosis; osteogen=osteogenesis;
ot=occupational therapy; otf=off the shelf; oth=other; othe=other; othr=other; oto=otologic;
otolo=otologic; otr=other; ots=off the shelf; oud=opioid use disorder; outcme=outcomes;
outpt=outpatient; outsid=outside; ov=over; ove=over; overnite=overnight; ovrsght=oversight;
ox=oxygen; oxf=oxford; oxy=oxygen; oxyg=oxygen; oz=ounce; pac=pack; pace=pacing; pai=pair;
pal=palliative; palitve=palliative; pall=palliative; pam=Patient Activation Measure;
panc=pancreas; pancreatc=pancreatic; pap=Pap; param=parameters; paramed=paramedic;
paramedicintercep=paramedic intercept; parath=parathyroid; paren=parenteral; parti=particle;
partic=participation; pas=passive; pat=patient; path=pathology; patho=pathology; pch=pouch;
pci=percutaneous coronary intervention; pck=pack; pcp=primary care provider; pcr=procedure;
pct=percent; pcv=pneumococcal vaccine; pda=PDA; ped=pediatric; pedi=pediatric; peds=pediatric;
peep=PEEP; pef=pulsed electric field; pefr=peak expiratory flow; pelv=pelvic; pelvi=pelvic;
pelvisacral=pelvis-sacral; perc=percutaneous; percep=perception; percuss=percussive;
percut=percutaneous; perdiem=per day; perf=performed; perfo=performed; perfor=performed;
perforat=perforated; perip=peripheral; periph=peripheral; perist=peristaltic;
peristalic=peristaltic; peristlc=peristaltic; perit=peritoneal; periton=peritoneal;
perm=permanent; permbl=permeable; permonth=per month; perone=peroneal; perp=preparatory;
perq=percutaneous; pers=person; pet=PET; pf=preservative free; pg=pulse generator; pgm=program;
pha=phase; pharm=pharmacy; pharmacol=pharmacologic; pharmacolog=pharmacologic;
pharmthry=pharmacotherapy; phary=pharyngitis; phenylep=phenylephrine; pher=pheresis;
pheres=pheresis; phn=phone; phodoc=photodocumentation; phos=phosphate; phosp=phosphate;
photoch=photochromatic; photodoc=photodocumentation; phototherap=phototherapeutic;
php=partial hospitalization program; phq=PHQ; phren=phrenic; phys=physician;
picc=peripherally inserted central catheter; pjp=Pneumocystis jirovecii pneumonia; pk=pack;
pkg=package; pl=plaster; pla=plastic; placemt=placement; placmnt=placement; plaelet=platelet;
plant=plantar; plas=plastic; plasmaprotein=plasma protein; plast=plastic; plasti=plastic;
plat=platelet; plate=platelet; platel=platelet; plcm=placement; plcmt=placement; pleu=pleural;
plltv=palliative; plm=placement; plmt=placement; pln=plan; pls=pulse; plst=plaster; plstc=plastic;
plster=plaster; plstic=plastic; plstr=plaster; plt=platelet; plyp=polyp;
pmd=power mobility device; pmh=past medical history; pmkr=pacemaker; pml=per ml; pmma=PMMA;
pmp=pump; pne=pneumatic; pneu=pneumatic; pneum=pneumatic; pneuma=pneumatic; pneumat=pneumatic;
pnl=panel; poc=plan of care; polyc=polycentric; polycarb=polycarbonate; port=portable;
porta=portable; portab=portable; portabl=portable; portbl=portable; pos=position;
posa=positional obstructive sleep apnea; posi=position; posit=positional; postop=postoperative;
postpar=postpartum; pot=potential; pou=pouch; pov=power operated vehicle; pow=power; powd=powder;
powr=power; powwc=power wheelchair;
ppps=annual wellness visit with a personalized prevention plan; prac=practice; pract=practitioner;
practr=practitioner; prbe=probe; precis=precision; pred=prednisone; preeclamp=preeclampsia;
preelecti=pre-election; prefab=prefabricated; prefabr=prefabricated; prefill=prefilled;
preg=pregnancy; pregn=pregnancy; prem=premolded; premold=premolded; prenatalcare=prenatal care;
prental=prenatal; preop=preoperative; prep=preparation; prepar=preparation; prerec=prerecorded;
pres=pressure; presc=prescribed; prescr=prescribed; prescrip=prescription; press=pressure;
prev=previous; preve=preventive; prevent=preventive; preventi=prevention; prevo=prevocational;
prevoc=prevocational; prg=progression; prgrm=program; pri=primary; prim=primary; proc=procedure;
procd=procedures; prod=product; prof=professional; prog=programmable; progr=programmer;
programable=programmable; programble=programmable; programm=programmable; progre=progression;
progres=progression; prohpyl=prophylactic; proj=project; prol=prolonged; prolong=prolonged;
prom=patient-reported outcome measure; promot=promoting; pronat=pronation; prop=propulsion;
proph=prophylaxis; prophly=prophylactic; propuls=propulsion; pros=prosthetic; prost=prostate;
prosth=prosthesis; prosthe=prosthetic; prosthes=prosthesis; prot=protector; protct=protective;
prote=protein; protec=protective; proteinas=proteinase; prov=provider; prov's=provider's;
prox=proximal; proximit=proximity; prsc=prescribed; prscp=prescription; prscrp=prescription;
prsnt=present; prsth=prosthesis; prsths=prosthesis; prtc=protection; prv=previous; ps=pulse;
psa=PSA; psc=PSC; psor=psoriasis; pst=post; psy=psychiatric; psyc=psychotherapy;
psych=psychiatric; psychia=psychiatric; psychoed=psychoeducational; psychol=psychological;
psychopharm=psychopharmacology; psychophysi=psychophysiological; psysoc=psychosocial; pt=patient;
ptb=patellar tendon bearing; ptn=partner; ptref=patient refusal; pts=patients; pu=pump;
pul=pulmonary; pulm=pulmonary; pulmon=pulmonary; puls=pulse; pum=pump; punc=puncture;
puri=purification; pvd=posterior vitreous detachment; pvdr=provider; pw=power;
pwc=power wheelchair; pwd=powder; pwdr=powder; pwr=power; pwrd=powered; pylo=pylon;
pyro=pyrophosphate; qhcp=qualified health care professional; qhp=qualified health professional;
quadlat=quadrilateral; quadrilat=quadrilateral; qual=quality; quan=quantitative; ra=radium;
rad=radiation; radiof=radiofrequency; radiofq=radiofrequency; radiofreq=radiofrequency;
radiol=radiology; radiopharm=radiopharmaceutical; radsurg=radiosurgery; rbc=red blood cells;
rcnt=recent; rct=recent; rcv=receive; rcvd=received; rdc=reducible;
rdi=respiratory disturbance index; rea=reason; readm=readmission; reas=reason; reass=reassess;
rec=received; recd=received; receiv=received; rechar=rechargeable; recharg=rechargeable;
rechg=rechargeable; recip=recipient; recipro=reciprocating; recl=reclining; reclin=reclining;
reclinin=reclining; recom=recommended; recomb=recombinant; recombin=recombinant;
recombinan=recombinant; recon=reconstruction; reconst=reconstruction; reconstr=reconstruction;
recrds=records; recs=recommendations; recur=recurrent; recv=received; redu=reducing;
reduc=reduction; reduct=reduction; ref=referral; refer=referral; refrd=referred; reg=regular;
regu=regulator; regula=regulator; regulat=regulator; rehab=rehabilitation;
rei=respiratory event index; reinfor=reinforced; rel=release; relap=relapsed; rem=removal;
remis=remission; remo=removal; remot=remote; remov=removable; remv=removal; ren=renal;
rep=replacement; repl=replacement; replac=replacement; replace=replacement;
replacemnt=replacement; replacment=replacement; replacmnt=replacement; replc=replacement;
replcmnt=replacement; repr=repair; reprt=report; req=required; reqd=required; requir=required;
res=resistance; rescr=rescreening; resid=residential; residen=residential; resist=resistance;
resp=response; respir=respiratory; respitecare=respite care; respon=response; respons=response;
resrb=resorbable; resrv=reserve; restor=restoration; restorat=restoration; restr=restraint;
resur=resurfacing; ret=retention; retin=retinal; retinopthy=retinopathy; reus=reusable;
reusbl=reusable; rev=revision; revasc=revascularization; revie=review; revis=revision;
rf=radiofrequency; rfrd=referred; rgd=rigid; rhc=rural health clinic; rhym=rhythmic; rig=rigid;
rigi=rigid; rigidlined=rigid lined; rin=ring; riskk=risk; rls=related supplies; rmv=removal;
rmvl=removal; rn=registered nurse; rna=RNA; rnd=round; rng=reason not given; rns=reason;
ro=rocker; robt=robotic; rockr=rocker; rot=rotation; rotat=rotation; rou=routine; rout=routine;
rp=reporting; rpl=replacement; rplc=replacement; rpr=repair; rprt=report; rpt=report;
rpts=reports; rrt=renal replacement therapy; rsk=risk; rslts=results; rsn=reason; rspns=response;
rsrcs=resources; rstr=restrainer; rt=robotic therapy; rtnopthy=retinopathy; rup=rupture;
rx=prescription; rxt=radiation therapy; sac=sacral; sach=SACH; sacr=sacral; sacro=sacral;
sacrococ=sacrococcygeal; saf=safety; safty=safety; sag=sagittal; sagit=sagittal; sagitt=sagittal;
sal=saline; salne=saline; samp=sampling; sbrt=stereotactic body radiation therapy;
sc=subcutaneous; scafld=scaffold; scap=scapular; sch=scheduled; sched=scheduled;
schiz=schizophrenia; sckt=socket; scl=scale; sclc=small cell lung cancer; scn=screen; sco=score;
scol=scoliosis; scoli=scoliosis; scop=scope; scor=score; scr=screening; screenin=screening;
scrl=sacral; scrn=screening; scrning=screening; sd=solvent detergent;
sdoh=social determinants of health; se=section; seatng=seating; sec=section; secur=securement;
sedat=sedation; seg=segmental; segm=segmental; segment=segmental; seiz=seizure;
selfadm=self-administered; sen=sensing; sens=sensing; seo=shoulder-elbow orthosis;
separat=separately; separatly=separately; seq=sequential; sequen=sequential;
sequest=sequestration; ser=service; serv=service; servic=service; sess=session; sessio=session;
sev=severe; sevr=severe; sewhfo=shoulder-elbow-wrist-hand-finger orthosis;
sewho=shoulder-elbow-wrist-hand orthosis; sftwre=software; sfty=safety;
sgd=speech generating device; sh=shoe; shap=shaping; shck=shock; shdr=shoulder; shi=shin;
shk=shock; shl=shell; shld=shoulder; shlder=shoulder; shldr=shoulder; shnt=shunt; sho=shoe;
shoul=shoulder; shrt=short; sht=short; shwr=shower; si=sacroiliac; siea=SIEA; sig=significant;
sigmoid=sigmoidoscopy; sigmoidscope=sigmoidoscopy; silcne=silicone; silic=silicone;
silicn=silicone; silv=silver; silvr=silver; sim=simulation; simp=simple; simult=simultaneous;
sin=single; sing=single; singl=single; sio=sacroiliac orthosis; skil=skills; skn=skin; skt=socket;
sld=solid; sleev=sleeve; slp=speech-language pathologist; slv=sleeve; sm=small; smk=smoking;
sml=small; smok=smoking; smpl=sampling; snd=sound; snf=skilled nursing facility; sng=single;
snp=special needs plan; snsr=sensor; so=shoulder orthosis; soc=socket; sockt=socket; sod=sodium;
sodi=sodium; sof=soft; sol=solution; soln=solution; solu=solution; sp=special; spc=special;
spclst=specialist; spec=special; speci=special; specif=specific; specm=specimen;
specmetabolic=special metabolic; sphc=spherocylinder; sphcy=spherocylinder; sphcyl=spherocylinder;
spher=spherical; sphericl=spherical; spherocylindr=spherocylinder; sphyg=sphygmomanometer;
spint=splint; spir=spirometry; spl=splint; splnt=splint; splt=split; sply=supply; spr=spring;
sprdr=spreader; springassist=spring assist; sprng=spring; sqcm=square centimeter; sqi=square inch;
squ=square; srch=search; srcn=screening; srf=surface; srg=surgery; srn=screening; srv=service;
srvc=service; srvcs=services; st=standard; sta=stance; stab=stabilization; stabi=stabilizer;
stabil=stabilizer; stabili=stabilizer; stanc=stance; standa=standard; standar=standard;
stat=status; statio=stationary; station=stationary; stcking=stocking; stckng=stocking;
std=standard; sten=stent; ster=sternal; stere=stereotactic; stereo=stereotactic;
steri=sterilization; steril=sterile; stero=stereotactic; stf=staff; stg=stage; sti=stimulation;
stim=stimulator; stimltor=stimulator; stimu=stimulator; stimul=stimulation; stimula=stimulator;
stir=stirrup; stirr=stirrup; stk=stroke; stking=stocking; stn=stance; stnd=standard;
stndard=standard; stnt=stent; sto=storage; stockg=stocking; stockng=stocking; stol=stool;
stom=stoma; str=stranded; straigh=straight; strble=steerable; stres=stress; strg=strength;
stric=stricture; strk=stroke; struc=structured; struct=structured; sub=substitute;
subclav=subclavicular; subcu=subcutaneous; subq=subcutaneous; subret=subretinal; subs=subsequent;
subseq=subsequent; subst=substance; suc=suction; succ=succinate; suct=suction;
sud=substance use disorder; sug=suggested; suic=suicide; suicd=suicide; sul=sulfate; sulf=sulfate;
sulfameth=sulfamethoxazole; sup=supply; superstructur=superstructure; supervis=supervision;
supin=supination; supinat=supination; supkit=supply kit; supp=support; suppl=supply;
suppls=supplies; suppo=support; suppor=support; suppos=suppository; supprt=support;
supps=supplies; supr=support; suprt=support; supv=supervision; sur=surgical; surg=surgical;
surgi=surgical; surgicl=surgical; surs=surgery; surv=survey; sus=suspension; susp=suspension;
suspen=suspension; suspnsion=suspension; sv=service; svc=service; svcs=services;
svneb=small volume nebulizer; svs=services; sw=switch; swg=swing; swi=switch; swig=swing;
swit=switch; switc=switch; swng=swing; sy=system; syme=Syme; symp=symptoms;
sympathomim=sympathomimetic; symphis=symphysis; symphys=symphysis; sympt=symptoms; syn=syndrome;
synd=syndrome; syp=syphilis; syr=syringe; sys=system; sysm=system; syst=system; systm=system;
sz=size; tabletp=tabletop; tacrol=tacrolimus; tacrolim=tacrolimus; tamp=tamponade; targ=targeted;
tbco=tobacco; tbl=table; tcf=titanium or carbon fiber; td=Td; tdap=Tdap;
tdd=telecommunication device for the deaf; tech=technique; technol=technology;
tee=transesophageal echocardiography; tele=telehealth; telec=telecommunication;
teleconsult=teleconsultation; telehea=telehealth; telescop=telescope; tem=temporary;
temp=temporary; tens=TENS; term=terminal; testost=testosterone; testostero=testosterone;
tetracyclin=tetracycline; th=thigh; thck=thickness; ther=therapy; thera=therapy; therap=therapy;
therm=thermal; thermoplas=thermoplastic; thermopls=thermoplastic; thgh=thigh; thi=thigh;
thighcuffs=thigh cuffs; thighlngth=thigh length; thinlayer=thin layer; thk=thick; thn=than;
tho=thoracic; thor=thoracic; thora=thoracic; thorac=thoracic; thoraci=thoracic; thpy=therapy;
throm=thrombectomy; thrombocyt=thrombocytopenia; thrp=therapy; thrpy=therapy; thru=through;
thruput=throughput; thry=therapy; thxpy=therapy; thyr=thyroid; thyrd=thyroid; tib=tibial;
tibi=tibial; tiltinspac=tilt in space; tis=tissue; tiss=tissue; tissu=tissue; tk=taking;
tkng=taking; tlc=TLC; tlso=thoracic-lumbar-sacral orthosis; tltnspc=tilt in space; tm=time;
tnf=TNF; tni=troponin; tob=tobacco; toi=toilet; tol=tolerance; tomog=tomography; top=topical;
topi=topical; tot=total; tox=toxicology; tp=type; tpn=total parenteral nutrition; trac=traction;
trach=tracheostomy; trachvalve=tracheostoma valve; train=training; transcath=transcatheter;
transcut=transcutaneous; transcutan=transcutaneous; transduc=transducer;
transesoph=transesophageal; transf=transfer; transfor=transformed; translumin=transluminal;
transm=transmitter; transp=transport; transpl=transplant; transplt=transplant;
transt=transtelephonic; transv=transvenous; trast=trastuzumab; trastuz=trastuzumab; traum=trauma;
treat=treatment; treatd=treated; treatm=treatment; treatmentplan=treatment plan;
tricompart=tricompartmental; triflutal=triflutate; trifo=trifocal; trifoc=trifocal; trig=trigger;
trigemin=trigeminal; trilat=trilateral; trluml=transluminal; trm=term; trmt=treatment;
trn=training; trng=training; trnk=trunk; trnsmurl=transmural; trnsplt=transplant;
trnstel=transtelephonic; trnsvens=transvenous; trpl=transplant; trsmtr=transmitter;
trtmt=treatment; ts=test; tst=test; tte=transthoracic echocardiography;
ttts=twin-twin transfusion syndrome; tub=tubular; tum=tumor; tv=television; tx=treatment; ty=type;
typ=type; u=units; uacr=urine albumin-creatinine ratio; uci=µCi; ue=upper extremity;
ui=urinary incontinence; ultlite=ultralight; ultralite=ultralight; ultralt=ultralight;
ultrasnd=ultrasound; ultrsnd=ultrasound; unattend=unattended; unbl=unable; undoc=undocumented;
unheal=unhealthy; unhlthy=unhealthy; uni=unilateral; unil=unilateral; unilat=unilateral;
uniq=unique; univ=universal; unk=unknown; unkn=unknown; unknwn=unknown; unpl=unplanned;
unpln=unplanned; unplnd=unplanned; unrelat=unrelated; unresectab=unresectable; unschd=unscheduled;
unsched=unscheduled; unspec=unspecified; unt=unit; uplmb=upper limb; upp=upper; uppr=upper;
upr=upper; uprght=upright; upri=upright; uprig=upright; uprt=upright; uret=ureter; ureth=urethral;
urg=urgent; uri=upper respiratory infection; urin=urinary; urn=urine; urt=ureteral; urtr=ureteral;
us=ultrasound; usp=USP; ut=uterine; uter=uterine; utr=uterine; uv=ultraviolet; uvl=ultraviolet;
va=VA; vac=vaccine; vacc=vaccine; vad=ventricular assist device; vag=vaginal; vagin=vaginal;
val=value; valv=valve; var=variable; variab=variable; vasc=vascular; vax=vaccine;
vbac=vaginal birth after cesarean; vect=vector; veh=vehicle; ven=venous; vent=ventilator;
ver=verified; verif=verified; vert=vertical; vertebr=vertebral; vess=vessel; vhd=very heavy duty;
vir=viral; vis=visit; visn=vision; vist=visit; vit=vitamin; vitd=vitamin D; vitrec=vitrectomy;
vlm=volume; vlv=valve; vnt=ventricular; vol=volume; volun=volunteer; vr=virtual reality;
vssl=vessel; vst=visit; vte=venous thromboembolism; vwf=von Willebrand factor; w=with; wa=water;
waistlngth=waist length; walkin=walk-in; wallk=walk; warf=warfarin; watr=water;
wbc=white blood cells; wc=wheelchair; wdth=width; wght=weight; wgt=weight; wh=wheel;
whch=wheelchair; whchair=wheelchair; whchr=wheelchair; wheelch=wheelchair; wheelchr=wheelchair;
whelchr=wheelchair; whfo=wrist-hand-finger orthosis; whl=wheel; whlch=wheelchair;
whlchair=wheelchair; whlchr=wheelchair; who=wrist-hand orthosis; wholbod=whole body; wir=wire;
wk=week; wkly=weekly; wks=weeks; wle=wide local excision; wnd=wound; wo=without; wr=wrist;
wris=wrist; wrk=worker; wrp=wrap; wrst=wrist; wsh=washed; wt=weight; wth=with; wthn=within;
wthout=without; wtlist=waitlist; wtlst=waitlist; xhd=extra heavy duty; xipho=xiphoid;
xr=extended release; xray=X-ray; xtra=extra; yd=yard; yr=year; yrly=yearly; yrs=years; zift=ZIFT;
zos=zoster
"""

_GROUPS: Final = (
    (
        r"G038|G042[5-9]|G040[6-8]",
        """
ed=emergency department
""",
    ),
    (
        r"A0",
        """
als=advanced life support
""",
    ),
    (
        r"M1032",
        """
adt=adult
""",
    ),
    (
        r"G206",
        """
inter=interrogation
""",
    ),
    (
        r"G02",
        """
hos=hospital; mnt=medical nutrition therapy
""",
    ),
    (
        r"G00[67]|G008|G20[01]|G03",
        """
h=home
""",
    ),
    (
        r"G0322",
        """
h=health
""",
    ),
    (
        r"S943",
        """
comp=compounding; disp=dispensing
""",
    ),
    (
        r"E024",
        """
comm=commode; trans=transfer; tub=tub
""",
    ),
    (
        r"E023",
        """
card=card
""",
    ),
    (
        r"G00",
        """
cntr=center
""",
    ),
    (
        r"E1[0-2]",
        """
res=rest
""",
    ),
    (
        r"M1",
        """
bld=blood; d=day; dys=days; ipt=inpatient; oks=Oxford knee score; p=post; pef=performed;
pneum=pneumococcal; prog=progression; red=reduction; rep=reported; res=residence; resp=responded;
scr=screening; tbl=table
""",
    ),
    (
        r"G95[0-9]",
        """
dys=dysthymia
""",
    ),
    (
        r"T45",
        """
abv=above; lg=large; med=medium; ped=pediatric; sm=small; xl=extra large
""",
    ),
    (
        r"S93|S9[45]",
        """
diem=per day; ht=home therapy
""",
    ),
    (
        r"S36",
        """
stat=stat
""",
    ),
    (
        r"V2",
        """
add=add; cyl=cylinder; d=diopters
""",
    ),
    (
        r"A65|A66",
        """
cm=compression; grad=gradient
""",
    ),
    (
        r"A70|E04|E05|E06",
        """
pap=positive airway pressure; port=port
""",
    ),
    (
        r"E18",
        """
ext=extension; flex=flexion; pro=pronation; sup=supination
""",
    ),
    (
        r"E26",
        """
gen=general use
""",
    ),
    (
        r"E024",
        """
comm=commode; tub=tub
""",
    ),
    (
        r"A9285",
        """
cor=correction
""",
    ),
    (
        r"C80",
        """
rec=receiver
""",
    ),
    (
        r"L35[0-9]|L3",
        """
ch=child; jun=junior; oxf=oxford; rub=rubber
""",
    ),
    (
        r"L5|L6|L7",
        """
e=each; endo=endoskeletal; p=pair; rest=rest
""",
    ),
    (
        r"G8[3-9]|G9|M1|G20[89]|G21|G22[0-1]|G00[2-6]",
        """
ab=aberration; abv=above; abx=antibiotic; aby=antibody; act=active; adit=additional; adr=adrenal;
adre=adrenal; af=atrial fibrillation; alk=ALK; alleg=allergy; amox=amoxicillin;
amoxic=amoxicillin; an=and; anbx=antibiotic; anes=anesthesia; ank=ankle; anphx=anaphylaxis;
ans=anus; antibx=antibiotic; antipla=antiplatelet; antiplat=antiplatelet; antipsy=antipsychotics;
anx=anxiety; ap=apathy; apandicd=apathy and ICD; app=appropriate; arf=acute respiratory failure;
arn=ARNI; art=artery; asa=aspirin; assis=assistance; asst=assessment; ast=asthma;
asx=asymptomatic; atmp=attempt; avail=available; bef=before; bf=before; bhv=behavioral;
bipol=bipolar; bl=bladder; bld=bleeding; bm=benchmarks; bn=bone; bod=body; bp=blood pressure;
br=breast; brca=BRCA; brst=breast; bsline=baseline; bwli=bowel injury; ca=cancer; cap=capacity;
card=cardiac; cas=carotid artery stenting; cat=category; cd=CD; cea=carotid endarterectomy;
cec=cecal; ceph=cephalosporin; cess=cessation; cf=cystic fibrosis; chad=CHADS;
chf=congestive heart failure; ckpt=checkpoint; class=classification; clav=clavulanate;
clc=calcium; clinc=clinician; cln=clinical; cmplt=complete; cnt=count; co=colon; cod=code;
cog=cognitive; col=colectomy; compl=complications; con=contain; cond=condition; consid=considered;
contra=contraindication; core=core; cortico=corticosteroid; cov=covered; cr=cancer;
crs=change residual score; csit=cardiac stress imaging test; cst=corticosteroid; cx=cancer;
d=days; da=daily; dc=discharge; def=deficiency; dem=dementia; den=density; dep=depression;
dia=dialysis; diag=diagnosis; diff=difference; dis=disorder; doc=documented; doe=day of encounter;
don=donor; dose=dose; dre=dilated retinal examination; ds=dose; dt=date; dtp=DTP vaccine;
dur=during; dx=diagnosis; dyls=dialysis; eb=exercise-based; ec=emergency care;
ed=emergency department; edarr=from emergency department arrival; elect=elective; elg=eligible;
eli=eligible; em=expanded model; endo=endometrial; eoc=episode of care; eol=end of life;
est=established; et=and; eval=evaluation; evst=event; ewh=elbow, wrist or hand; ex=except;
exc=excision; expl=explained; fam=familial; fcn=fraction; ffs=FFS; fol=follow-up; foto=FOTO;
fr=for; fs=functional status; fsm=functional status measured; ft=foot; fup=follow-up; fut=future;
gen=generation; gft=graft; giv=given; goi=general orthopedic impairment; grp=group; gsa=GSA;
h=hours; hb=hemoglobin; hba=hemoglobin A; hbb=hemoglobin; hd=head; hem=hemorrhage; hep=hepatitis;
hepc=hepatitis C; hg=high; hgb=hemoglobin; hist=histological; histo=histological; hld=hold;
hos=hospice; hosp=hospital; hr=hormone receptor positive; hrs=hours; ht=heart;
hu=heard and understood; hypercholes=hypercholesterolemia; hypotony=hypotony; hyst=hysteroscopy;
ibd=inflammatory bowel disease; icd=ICD; idea=ideation; idi=idiopathic;
ieler=infrainguinal endovascular lower extremity revascularization; ifx=infection; imm=immune;
imp=improved; inc=incidental; incid=incidental; incr=increase; ind=indicated; inf=infection;
infec=infection; infect=infection; info=information; initi=initiated; inpt=inpatient;
inst=instructions; int=intervention; intent=intent; inter=intervention; interp=interpretation;
interv=intervention; intol=intolerance; intv=intervention; inx=infection; ip=inpatient;
ipt=inpatient; iqa=itch quality assessment; isa=itch severity assessment; iss=issues;
ist=immunosuppressant therapy; ixv=irritability index; jun=junction; ki=knee; kid=kidney;
lb=low back; lbi=low back impairment; lct=locate; ld=load; lepf=lower extremity physical function;
les=lesions; lesion=lesion; lg=lung; llfai=lower leg, foot or ankle; lm=limb; ln=line;
lndmk=landmark; loc=location; loss=loss; low=low; lst=least; lstr=last; lv=live; lvl=level;
mac=macular; mal=malignant; man=managed; mang=management; mar=marrow; mast=mastectomy;
mbht=minor blunt head trauma; mdd=major depressive disorder; me=me; mea=measurement;
meas=measurement; mech=mechanical; med=medical; medrsn=medical reason;
mengb=meningococcal B vaccine; meop=menopausal; mfn=most favored nation; mgd=managed;
mibm=most important breast measure; mmr=mismatch repair; mo=months; mod=moderate; mon=months;
mos=months; mp=measurement period; mpm=measure; mr=MR; ms=months; msi=microsatellite instability;
msk=musculoskeletal; msr=measure; mst=most; mth=month; nd=and; neg=negative; neo=neoplasm;
nhlstg=non-Hodgkin lymphoma stage; nhres=nursing home residence; ni=not indicated; nm=no; no=no;
noadd=no addition; noasse=no assessment; nod=nodule; noevid=no evidence; nomed=no medical;
nonacut=nonacute; nonmd=nonphysician; noprg=no progression; nopro=no progression;
noprog=no progression; noprogres=no progression; noprogress=no progression; norsn=no reason given;
notact=not active; nrg=no reason given; nrs=numeric rating scale; nsm=non-small cell; nt=not;
nuc=nuclear; num=number; oc=ongoing care; ocu=ocular; od=right eye; off=offered; onc=oncology;
onco=oncology; op=operative; opi=opioid; or=or; ord=ordered; ost=osteoporosis; osteo=osteoporosis;
oth=other; ou=both eyes; pal=palliative; pall=palliative; pc=primary care; pd=period;
pdc=proportion of days covered; pdl=PD-L; per=period; perf=performed; phary=pharyngitis; phq=PHQ;
pln=plan; plyp=polyps; pne=pneumonia; po=postoperative; pos=positive; poss=possible; post=post;
postm=postmenopausal; pp=performance period; ppd=postpartum depression; pre=pre;
prescr=prescribed; prev=prevention; prm=primary; proc=procedure;
prom=patient-reported outcome measure; promis=PROMIS; proph=prophylaxis; pros=prospective;
prosth=prosthesis; prov=provider; prt=part; psor=psoriasis; pst=post; pt=patient; pth=path;
ptrsn=patient reason; pts=patients; pv=previously; pys=psychosis; qual=qualitative;
quan=quantitative; rad=radiation; rafs=risk-adjusted functional status;
rafscrs=risk-adjusted functional status change residual score; rcd=received; rctv=reactive;
reas=reason; rec=received; recm=recombinant; recom=recommended; rect=rectum; recur=recurrent;
reexc=reexcision; ref=referral; reg=region; rem=remission; remov=removal; reop=reoperation;
rep=repeat; req=required; res=residual; ret=return; rpt=report; rs=reason; rt=right; rup=rupture;
rv=review; rx=prescribed; sch=scheduled; scor=score; scr=screening; scz=schizophrenia; sds=SDS;
self=self; selfdc=self-discharge; sen=sentinel; sev=severe; shing=shingles; shld=shoulder;
si=sacroiliac; sinus=sinus; sit=site; sk=skin; snf=skilled nursing facility; sp=spine;
spec=specimen; srg=surgery; srgy=surgery; srt=start; st=stage; statin=statin; std=standard;
ster=sternal; stg=stage; stgi=stage I; stop=stop; sub=subsequent; suic=suicide; sum=summary;
supp=support; sur=surgical; surg=surgery; surv=survey; surveil=surveillance; sv=service;
svc=service; svcs=services; sx=symptoms; sxs=symptoms; sympt=symptoms; sys=systemic;
sysrsn=system reason; sz=seizure; ta=transabdominal; tamp=tamponade; tams=tamsulosin;
tb=tuberculosis; tbl=table; te=thromboembolism; temp=temperature; term=terminal; ther=therapy;
tis=tissue; tk=taking; tm=time; tob=tobacco; toc=transfer of care; tot=total; tpa=tPA;
trans=transformed; trs=transient; trt=treatment; tv=transvaginal; typ=type; uc=ulcerative colitis;
unbl=unable; unheal=unhealthy; unk=unknown; unpl=unplanned; urg=urgent; us=ultrasound;
vac=vaccine; vas=visual analog scale; viro=virologic; vis=visits; vrs=verbal rating scale;
vsf=valve function; wd=wound; whodas=WHODAS; wk=weeks; wl=weight loss; wnc=with; wth=with;
xm=examination; yr=year
""",
    ),
    (
        r"G000|G00[1-9]|G0[1-9]",
        """
acu=acute; adm=administration; art=artery; autolog=autologous; beh=behavioral; ca=cancer;
cg=caregiver; chn=chronic; cl=classes; clc=calcium; coll=collection; colo=colonoscopy;
com=complexity; comp=complexity; cr=care; def=definitive; dem=dementia; demonstr=demonstrate;
dia=diabetic; dif=different; dur=during; dx=diagnosis; ed=education; em=evaluation and management;
exp=experience; g=group; gp=group; hd=head; hos=hospice; ht=heart; ind=individual; inf=infusion;
ins=insertion; int=intensive; intr=internet; lev=level; lin=linear accelerator;
lop=loss of protective sensation; lops=loss of protective sensation;
lvrs=lung volume reduction surgery; main=maintenance; md=physician; mgmt=management; mins=minutes;
mod=moderate; mvp=MIPS value pathway; nav=navigation; new=new; nos=not otherwise specified;
oth=other; ov=office visit; pcm=principal care management; perf=performed; peri=peritoneal;
pmd=power mobility device; post=posterior; pre=pre; proc=procedure; prp=platelet rich plasma;
pt=patient; rat=rate; ref=referral; rem=removal; rep=report; res=respite; sb=substitute;
scr=screening; sit=site; snsr=sensor; sp=special; spec=specimen; ss=services; st=standard;
sub=substance; sup=supply; temp=tympanostomy; ther=therapeutic; thrg=therapeutic; tr=transfer;
trop=tropical; ulc=ulcer; us=ultrasound; visit=visit; wd=wound
""",
    ),
    (
        r"G4",
        """
ss=specialty set
""",
    ),
    (
        r"G10",
        """
ct=CT; nos=not otherwise specified; test=test
""",
    ),
    (
        r"L",
        """
a=ankle; ab=abduction; acc=accessory; acr=acromio; addn=addition; ae=above elbow; an=ankle;
ar=articulated; arg=Argus; asis=anterior superior iliac spine; att=attachment; atyp=atypical;
axi=axis; be=below elbow; bear=bearing; bi=bilateral; bo=both; cap=cap; cf=custom fabricated;
ch=child; clav=clavicular; clo=closure; coch=cochlear; com=complete; comp=composite;
con=congenital; cor=coronal; cov=covered; cranial=cranial; cst=customized;
dip=distal interphalangeal; dist=distal; dl=double; el=elbow; elbo=elbow; ele=elevation;
elev=elevation; en=endoskeletal; eq=equal; equ=equal; ewh=elbow-wrist-hand; exp=expandable;
ext=extension; fa=forearm; fem=femoral; fin=finger; fit=fit; fo=finger orthosis; frm=frame;
ft=foot; gn=generator; hand=hand; hd=hip disarticulation; hinge=hinge; hip=hip; hng=hinge;
hvy=heavy; imp=implantable; in=inlay; inc=including; ind=individual; inf=infant; inst=instant;
inter=interscapular; intl=initial; isch=ischial; jr=junior; k=knee; kne=knee; lam=laminated;
latyp=atypical; lm=limb; man=manual; mc=metacarpal; mcp=metacarpophalangeal; met=metatarsal;
misc=miscellaneous; mnl=manual; mod=modified; mold=molded; mult=multiple; multi=multi;
nt=nontorsion; o=orthopedic; osseo=osseointegrated; pad=pad; part=partial; pat=patient; pc=piece;
ped=pediatric; ph=phase; pip=proximal interphalangeal; pl=plastic; pls=pulse; ply=ply;
pos=position; post=posterior; pre=prefabricated; prem=premolded; prep=preparatory; prox=proximal;
pull=pull; qualit=quality; rad=radial; rep=replacement; res=resistance; ri=rigid; s=swing;
sck=socket; sew=shoulder-elbow-wrist; sing=single; sis=sitting; sj=sacrococcygeal junction;
skt=socket; sng=single; so=shoulder orthosis; sp=spine; spe=Spenco; sprt=support;
ss=scapular spine; st=stance; stim=stimulator; stir=stirrup; sup=support; supp=support; swg=swing;
swing=swing; sys=system; term=terminal; thermo=thermoplastic; tho=thoracic; tib=tibial;
tran=transmitter; trans=transfer; tri=triceps; ul=ulnar; uln=ulnar; vol=voluntary;
wd=wrist disarticulation; wght=weight
""",
    ),
    (
        r"A43[6-9]|A44[0-3]|A505|A506|A508|A509|A512",
        """
at=attached; att=attached; b=barrier; bag=bag; bar=barrier; barr=barrier; bltin=built-in;
bltinconv=built-in convexity; brs=brush; contr=control; conv=convexity; drain=drainable;
ens=enteral feeding tube; ex=extended; ext=extended; f=filter; faceplt=faceplate; fcpl=faceplate;
fcplt=faceplate; fl=flange; fltr=filter; fp=faceplate; lk=locking; pc=piece; sknbar=skin barrier;
st=standard; tapv=tap with valve
""",
    ),
    (
        r"A43|A44[5-9]|A45",
        """
acc=accessories; cat=catheter; col=collection; dev=device; exsuff=exsufflation; ext=external;
fem=female; iduc=indwelling intraurethral drainage device; indw=indwelling; inst=instillation;
man=manual; pat=patient; pint=pint; rec=rectal; sply=supply; stim=stimulator
""",
    ),
    (
        r"A42",
        """
col=collection; ext=external; j=J; mon=monitor; non=non; sto=storage; sup=supplies; supp=supplies
""",
    ),
    (
        r"A4[6-9]|A52",
        """
adj=adjunct; app=apparatus; c=with; dx=diagnostic; ext=extension; pow=powder; reg=regular;
sol=solution; stet=stethoscope
""",
    ),
    (
        r"A6",
        """
ak=above knee; arm=arm; band=bandage; bk=below knee; com=compression; comb=combined;
comp=compression; cu=custom; dn=density; drg=dressing; foo=foot; ft=foot; fu=full; g=gradient;
gar=garment; gc=gradient compression; impreg=impregnated; le=leg; lw=lower; reg=regular;
sal=saline; seal=sealant; sht=sheet; str=straps; sub=substitute; w=with; wd=width
""",
    ),
    (
        r"A7",
        """
col=collection; insp=inspiratory; intfc=interface; laryn=laryngectomy; rep=replacement;
suct=suction; sup=supplies; suppl=supplies; vent=ventilator
""",
    ),
    (
        r"A2|Q4[1-4]|A41",
        """
a=A; ac=AC; aca=ACA; allac=AllaC; allogrft=allograft; am=AM; amn=AMN; awm=AWM; b=B; bmwd=BMWD;
bur=bur; c=C; chn=CHN; chx=CHX; col=collagen; compl=complete; corpl=Corplex; d=D; derm=derm;
dev=device; dl=DL; dln=DLN; dlx=DLX; dml=dermal; drt=DRT; duo=Duo; e=E; ecm=ECM; fd=FD; flow=flow;
flowab=flowable; fm=FM; found=Foundation; fs=FS; ft=FT; fx=FX; gf=GF; gide=Gide; hd=HD; hy=hydro;
hydr=Hydro; implant=implant; inj=injection; lam=lam; lay=layer; lite=Lite; lt=LT; ma=ma;
mat=matrix; matri=matrix; mem=membrane; memb=membrane; min=min; mlg=MLG; mtrx=matrix;
nosht=non-sheet; p=per; pd=PD; pr=per; px=PX; ref=ref; rt=RT; sb=substitute; shld=shield; sl=SL;
sln=SLN; slx=SLX; solo=Solo; st=ST; sub=substitute; subs=substitute; tag=TAG; therac=TheraC;
tiss=tissue; tl=TL; tlx=TLX; tri=tri; ult=Ult; wnd=wound; wrp=wrap; xcm=XCM; xl=XL; xp=XP;
xpl=XPL; xt=XT
""",
    ),
    (
        r"A00|A01|A02|A03|A04|A08|A09",
        """
air=air; als=advanced life support; bls=basic life support; co=company; er=emergency;
pi=paramedic intercept
""",
    ),
    (
        r"A9[0-4]|A99",
        """
acc=access; behav=behavioral; cog=cognitive; col=collar; dev=device; dig=digital; dru=drug;
exper=experimental; fda=FDA-cleared; ingest=ingestible; non=non; pres=prescription; soft=software;
suct=suction; supp=supply; thera=therapy; tx=therapy
""",
    ),
    (
        r"A9[5-8]|C9067|C9176",
        """
auto=autologous; base=based; cap=capsule; cyano=cyanocobalamin; dia=diagnostic; diag=diagnostic;
dom=domestically produced; dx=diagnostic; fdg=fluorodeoxyglucose; gad=gadolinium;
inst=instillation; iod=iodine; labeled=labeled; maa=macroaggregated albumin; max=maximum;
mci=millicurie; mic=microcurie; mil=millicurie; mr=MR; na=sodium;
nonheu=non-highly-enriched-uranium; psma=PSMA; rad=radioactive; rbc=red blood cells; sod=sodium;
sol=solution; ther=therapeutic; uci=microcuries; ucla=UCLA; ucsf=UCSF; wbc=white blood cells
""",
    ),
    (
        r"B",
        """
amirosy=Aminosyn; c=classified; carb=carbohydrate; compo=component; ef=enteral formula;
enter=enteral; feed=feeding; fream=FreAmine; fv=five; inf=infusion; inherit=inherited;
intact=intact; kc=kcal; ki=kit; kit=kit; metabolic=metabolic; ng=nasogastric; nut=nutrition;
nutr=nutrition; othrws=otherwise; ped=pediatric; spec=special; statio=stationary; sup=supply;
supp=supply; syr=syringe; w=with
""",
    ),
    (
        r"C75|C80",
        """
3d=three-dimensional; ad=administered; addl=additional; aplasty=angioplasty; art=artery;
arth=atherectomy; arthr=atherectomy; av=arteriovenous; ballo=balloon; bil=biliary; bx=biopsy;
c=of; ca=cancer; calculi=calculi; cath=catheter; chge=change; cir=circuit; cnt=pulse;
comp=complexity; cor=coronary; cvt=cervicothoracic; deb=debridement; dev=device; dil=dilation;
drg=drug; emb=embolism; embol=embolization; end=end; endo=endoscopic; exch=exchange; fem=femoral;
fl=fluorescence; gft=graft; gn=generator; gnrtr=generator; hrt=heart; id=identification;
imp=implantation; implnt=implantation; inc=including; inj=injection; l=left; lead=lead; li=light;
lithotrip=lithotripsy; ls=lumbosacral; m=of; mod=moderate; nav=navigation; neph=nephrostomy;
ns=neurostimulator; oct=optical coherence tomography; opn=open; otomy=sphincterotomy;
pc=percutaneous; pcta=percutaneous transluminal coronary angioplasty; plcmt=placement;
plm=placement; pm=pacemaker; pop=popliteal; prep=preparation; prs=pressure;
ptca=percutaneous transluminal coronary angioplasty; r=right; rad=radial; rep=replacement;
revasc=revascularization; rmv=removal; rmvl=removal; rpl=replacement; rv=revision;
seg=segmentation; shnt=shunt; stric=stricture; susp=suspension; throm=thrombectomy; tib=tibial;
trluml=transluminal; urt=ureteral; us=ultrasound; vent=ventricular; vert=vertebral
""",
    ),
    (
        r"C1|C26|C25",
        """
abl=ablation; adm=administration; aug=augmentation; bal=balloon; bat=battery; bn=bone; bps=bypass;
brachytx=brachytherapy source; cath=catheter; ccm=cardiac contractility modulation;
cent=centrally; clo=closed; cmc=carpometacarpal; cntr=controller; coa=coated; cont=continuous;
cool=cool; cov=covered; del=delivery system; dev=device; diag=diagnostic; dil=dilator;
dis=dissector; dual=dual; elec=electrode; ep=electrophysiology; ex=external; fill=filler;
flx=flexible; gen=generator; grft=graft; guid=guided; ha=high activity; hdr=high dose rate;
hdrir=high dose rate iridium; hf=high frequency; im=intramuscular; imp=implantable; inc=including;
inf=infusion; intra=intravascular; intro=introducer; ir=iridium; ivc=inferior vena cava;
laser=laser; lead=lead; led=leads; litho=lithotripsy; loop=loop; lt=left; mech=mechanical;
mob=mobility; neuro=neurostimulator; neurostim=neurostimulator; ns=non-stranded; orl=oral;
orth=orthopedic; per=peripherally; perc=percutaneous; progr=programmer; pros=prosthesis;
px=procedure; rec=receiver; rechg=rechargeable; resp=responsive; ret=retrieval;
rotation=rotational; rx=rx; sen=sensing; si=sacroiliac; stim=stimulation; str=stranded;
syst=system; temp=temperature; tis=tissue; topic=topical; trans=transvenous; transm=transmitter;
ugi=upper gastrointestinal; uni=unilateral; us=ultrasound; vdd=VDD; vect=vector; vent=ventricular
""",
    ),
    (
        r"C8[9]",
        """
abd=abdomen; app=apparatus; bi=bilateral; brst=breast; cad=computer-aided detection;
cervi=cervical; chst=chest; com=complete; comp=complete; con=contrast; cong=congenital;
cont=contrast; contr=contrast; dye=dye; ecg=ECG; ext=extremity; f=follow; fol=followed by;
inf=infusion; iv=intravenous; lim=limited; lmtd=limited; lwr=lower; pelv=pelvis; pelvis=pelvis;
pump=pump; stres=stress; tee=transesophageal echocardiogram; tte=transthoracic echocardiogram;
un=unilateral; uni=unilateral; up=upper; w=with; wcon=with contrast
""",
    ),
    (
        r"C79",
        """
ea=each; grp=group; hlt=health; mh=mental health; mntl=mental
""",
    ),
    (
        r"C96|C97|C98|C99|C52|C92|C93",
        """
abl=ablation; amb=ambulatory; ami=acute myocardial infarction; anrect=anorectal; app=application;
appl=application; ath=atherectomy; blind=blinded; bn=bone; bon=bone; br=branch; bran=branch;
breas=breast; c=coronary; cor=coronary; cth=catheter; cv=central venous; cys=cysts; d=drug;
des=destruction; dev=device; e=eluting; echgnc=echogenic; el=eluting; elec=electric;
esophag=esophageal; ex=extra; exc=excision; excl=excluding; fluo=fluorescence; high=high;
ide=investigational device exemption study; implnt=implant; inf=inferior; infs=infusion;
inpnt=inpatient; ins=insertion; intst=intersphincteric; inv=invasive; iv=intravenous; lb=lumbar;
lith=lithotripsy; low=low; lumb=lumbar; mapg=mapping; mdl=model; mech=mechanical; min=minimally;
mod=moderate; ms=mass; muc=mucosal; nonopioid=non-opioid; nsl=nasal; orl=oral; pars=pars plana;
perc=percutaneous; perist=peristaltic; perit=peritoneal; pmp=pump; post=posterior; ppi=PPI;
prf=perforated; prostate=prostate; pumps=pumps; rad=radiation; rem=removal; rep=repair;
revasc=revascularization; s=single; seps=sepsis; shoul=shoulder; sing=single; sins=sinuses;
sten=stent; stent=stent; sub=substitute; sup=superior; surg=surgical; sx=symptoms; t=total;
tis=tissue; trans=transcatheter; us=ultrasound; void=void; w=with; wo=without
""",
    ),
    (
        r"J|Q0[1-2]|Q00[5-9]|Q2|Q5[1]|Q50[9]|Q5100|C90|C91|C930|C94|Q99|Q98|Q40[78]|S00|S01|S50|Q97|C92[5]",
        """
acet=acetate; acetaminoph=acetaminophen; acid=acid; adm=administration; admin=administration;
albut=albuterol; ani=ANI; anti=anti; antica=anticancer; antiem=antiemetic;
atezolizumb=atezolizumab; autol=autoleucel; autoleucel=autoleucel; autotem=autotemcel;
autotemce=autotemcel; autotemecel=autotemcel; aval=avalglucosidase; avalglucosid=avalglucosidase;
bcg=BCG; bio=biosimilar; ca=CA; cabote=cabotegravir; capoat=caproate;
car=chimeric antigen receptor (CAR); chlor=chloride; cilas=cilastatin; cit=citrate;
clost=Clostridium; comp=compounded; con=contrast; conc=concentrated; cont=contraceptive;
contra=contraceptive; copp=copper; cu=cutaneous; den=denosumab; deru=deruxtecan; dex=dextrose;
dexametha=dexamethasone; di=di; disp=dispensing; dos=dose; dpt=depot; efgart=efgartigimod;
emt=emtansine; enfort=enfortumab; ent=enteral; eq=equivalent; estr=estradiol; eton=etonogestrel;
ex=excluding; exc=excluding; excl=excluding; exel=Exela; fam=fam; flufenami=flufenamide;
form=form; foscarb=foscarbidopa; fresenius=Fresenius; ftc=emtricitabine; g=genomes; gas=gas;
gel=gel; gemcitabin=gemcitabine; glob=globulin; glucon=gluconate; gly=glycopegylated;
glycopyrrolat=glycopyrrolate; gm=grams; ha=ha; hcl=hydrochloride; hem=hemophilic; hep=heparin;
hist=histolyticum; hya=hyaluronidase; hyaluron=hyaluronidase; hydroxyprogst=hydroxyprogesterone;
imip=imipenem; imm=immune; immune=immune; immuno=immunosuppressive; imp=implant; impl=implant;
implan=implant; inh=inhalation; inj=injection; insert=insert; instill=instillation;
intl=International; intra=intra; intravit=intravitreal; ipratrop=ipratropium; iv=intravenous;
lac=lactated; leu=leuprolide; leupro=leuprolide; lip=liposome; lon=loncastuximab; lp=liposomal;
lutr=Lutrate; lyo=lyophilized; lyophil=lyophilized; mafodont=mafodotin; mafodot=mafodotin;
med=medical; mel=melphalan; melpha=melphalan; mep=mepesuccinate; meth=methotrexate;
microsph=microspheres; mil=million; mono=monoclonal; monoclon=monoclonal; mox=moxeparvovec;
mycophen=mycophenolate; mycophenol=mycophenolate; nal=nasal; neostigmin=neostigmine;
nivol=nivolumab; non=non; noncomp=noncompounded; nte=not therapeutically equivalent;
ophth=ophthalmic; orl=oral; ozogam=ozogamicin; palonoset=palonosetron; palonosetro=palonosetron;
par=Par; pdr=powder; pegfilgrast=pegfilgrastim; pen=penicillin; peng=penicillin G;
pertuzu=pertuzumab; pfu=plaque-forming units; pharm=Pharmaceuticals; pharma=Pharma;
phos=phosphate; pos=positive; pow=powder; prad=prademagene; prep=prophylaxis; pump=pump;
rco=ristocetin cofactor; rdoa=rdoa; rec=recombinant; rel=release; releb=relebactam;
rilpivir=rilpivirine; rtu=ready to use; sc=subcutaneous; seg=segesterone; sod=sodium; sodi=sodium;
sol=solution; sub=sub; succ=succinate; sul=sulfate; sulf=sulfate; sun=Sun; susp=suspension;
suspnsion=suspension; syr=syringe; sys=systems; t=T; taf=tenofovir alafenamide; tauro=taurolidine;
tbo=tbo; td=therapeutic dose; tdf=tenofovir disoproxil fumarate; testost=testosterone;
ther=therapeutic; tisotu=tisotumab; tocilizu=tocilizumab; topi=topical; trastu=trastuzumab;
trastuzu=trastuzumab; trim=trimethoprim; tx=treatment; unrefrig=not refrigerated; vc=vector;
vec=vector; vedo=vedotin; via=vial; vial=vial; zami=zamikeracel
""",
    ),
    (
        r"Q04|K07|Q05",
        """
ac=accessory; acc=accessory; adpt=adapter; alarm=alarm; anti=anti; bat=battery; clps=clips;
comb=combination; combo=combination; cov=cover; dis=display; disp=dispensing; elec=electric;
imp=implantable; lead=lead; mis=miscellaneous; misc=miscellaneous; mon=monitor; pck=pack;
pneum=pneumatic; pt=patient; pwr=power; rep=replacement; sup=supply; veh=vehicle; vent=vent
""",
    ),
    (
        r"Q400|Q40[1-5]",
        """
adu=adult; arm=arm; body=body; f=fiberglass; fb=fiberglass; gaunt=gauntlet; hip=hip; leg=leg;
lng=long; long=long; p=plaster; ped=pediatric; pl=plaster; plst=plaster; sht=short; spl=splint;
sup=supplies
""",
    ),
    (
        r"M02|M00",
        """
addl=additional; adm=administration; anti=antibody; bamlan=bamlanivimab; casiri=casirivimab;
casirivi=casirivimab; cilgav=cilgavimab; cnd=conditions; do=dose; etesev=etesevimab; hm=home;
imdev=imdevimab; imdevi=imdevimab; inf=infusion; inj=injection; intra=intravenous;
intrav=intravenous; iv=intravenous; mon=monoclonal; mvp=MIPS value pathway; neuro=neurology;
opt=optimal; qual=quality; rep=repeat; sev=severe; sub=subsequent; supp=supportive;
tixagev=tixagevimab; toci=tocilizumab; tocilizu=tocilizumab; vacc=vaccine
""",
    ),
    (
        r"E09[5-9]|E1[0-2]|E22|E23|E24|E26|K00|K08|E25|K06",
        """
ac=accessory; acc=accessory; adap=adapter; adj=adjustable; ar=arms; arm=arm; arms=arms;
asm=assembly; att=attached; b=back; bal=balanced; cal=calf; cam=cam; cap=captain's; ch=chair;
con=control; cont=control; cus=cushion; det=detachable; detach=detachable; dpth=depth; dr=drive;
ela=elastic; elec=electronic; ext=extension; fix=fixed; fr=front; gen=generating; gp=group;
gr=group; hd=heavy duty; hdrest=headrest; ht=height; lat=lateral; legs=legs; lg=large; lo=low;
lt=light; m=m; man=manual; manu=manual; mec=mechanical; meth=methods; ms=months; msg=message;
mult=multiple; nf=NF; opt=option; pan=pan; ped=pediatric; pos=positioning; posit=positioning;
pow=power; pr=protection; prog=programmable; prot=protection; pt=patient; pw=power; re=rest;
reg=regular; rel=release; rem=removable; rep=repair; repl=replacement; rr=rear;
s=sling or solid seat; sing=single; sit=sitting; skn=skin; sp=special; spec=special; stan=stand;
std=standard; sup=support; supp=support; sz=size; tire=tire; ver=verification; vh=very heavy;
wd=width; wh=wheel; wide=wide; wm=wheelchair-mounted; wt=weight; x=extra
""",
    ),
    (
        r"E|K",
        """
acc=accessory; am=amplitude-modulated; app=appliance; appl=appliance; att=attachment;
attach=attachment; bil=bilateral; buc=buccal; c=for; cal=calibrated; cath=catheter; ce=cervical;
cerv=cervical; che=chest; cir=circuit; comp=compression; cont=continuous; ctrl=control; cyc=cycle;
dial=dialysis; disp=disposable; dl=dynamic; dn=down; dv=device; elec=electric; electr=electric;
elev=elevating; ex=extra; exp=expiratory; ext=external; extrem=extremity; fl=fluid; fnct=function;
gas=gaseous; gen=generating; he=heater; hemo=hemodialysis; hme=home; hom=home; hosp=hospital;
ht=height; hw=hardware; imp=implantable; interm=intermittent; intfc=interface; kid=kidney;
lift=lift; liq=liquid; man=manual; mat=mattress; matt=mattress; measr=measuring; mi=miscellaneous;
mob=mobile; mod=model; mon=monitor; monitr=monitor; mould=molded; msc=muscle; nebul=nebulizer;
nf=NF; nm=neuromuscular; nwt=non-contact wound warming; osa=obstructive sleep apnea;
osc=oscillation; ox=oxygen; oxy=oxygen; pan=pan; pat=patient; pe=pelvic; pel=pelvic; pelv=pelvic;
per=per; perf=performance; photom=photometer; phototherap=phototherapy; pi=piece; pneum=pneumatic;
port=portable; pos=positive; pres=pressure; press=pressure; pro=pronation; pulse=pulse;
rad=respiratory assist device; rail=rail; redu=reducing; rem=removable; repl=replacement;
reverse=reverse; rom=range of motion; seg=segmental; semi=semi; sens=sensor; sip=sip; sit=sit;
sps=static progressive stretch; spsd=static progressive stretch device; stat=stationary;
stim=stimulator; sup=supination; supin=supination; supp=support; temp=temporary; ther=therapy;
tlr=tool; trac=traction; transfr=transfer; tx=treatment; ult=ultrasonic; var=variable; vol=volume;
w=with; wt=weight
""",
    ),
    (
        r"H|T|S5|S9|G9|S0|S8|S3|S2|S4",
        """
abv=above; addict=addiction; adl=ADL; aer=aerosolized; alcoh=alcohol; alim=alimentation;
alz=Alzheimer's; anti=anti; asser=assertive; assert=assertive; assist=assisted; behav=behavioral;
bh=behavioral health; breath=breath; cath=catheter; cent=central; child=child; com=community;
comp=comprehensive; cont=continuous; coord=coordinated; cov=covered; cris=crisis; def=definitive;
detox=detoxification; dev=developmental; diem=per day; dis=disease; disp=disposable; dp=dependent;
dx=diagnosis; ed=education; emer=emergency; ent=enteral; enter=enteral; epi=epididymal;
eq=equipment; equip=equipment; eval=evaluation; ex=examination; exam=examination; exp=expense;
ext=external; f=frozen; fac=facility; fos=foster; fost=foster; gene=gene; hab=habilitation;
hc=home care; hm=home management; hosp=hospital; hypbas=hyperbaric; hyper=hyperemesis; icd=ICD;
inf=infusion; init=initial; int=intensive; intens=intensive; inter=intermediate; iv=intravenous;
lap=laparoscopic; maint=maintenance; manip=manipulation; md=physician; med=medical;
mgs04=magnesium sulfate; mh=mental health; midl=midline; mn=minutes; mod=modification;
myo=myotonic; neb=nebulized; nonco=noncovered; nonph=nonphysician; nos=not otherwise specified;
ns=normal saline; ops=outpatient services; orth=orthopedic; pass=passenger; pgm=program;
ph=physician; pkg=package; po=postoperative; pos=positioning; pp=postpartum; prev=prevention;
prg=program; prof=professional; prog=program; ps=per session; psy=psychiatric; pt=patient;
res=residential; ret=RET; rev=review; rn=registered nurse; sc=school; sem=semen; ser=service;
serv=service; sess=session; spec=special; spin=spinal; sub=substance; sup=support; supp=support;
surg=surgery; svc=service; syst=system; temp=temporary; ther=therapy; thera=therapeutic;
trans=transport; transf=transfer; transpl=transplant; trns=transfer; und=underwear; us=ultrasound;
vag=vaginal; w=with; wmn=women
""",
    ),
    (
        r"V",
        """
ai=aid; ald=assistive listening device; alter=alteration; ant=anterior; asp=aspheric;
aspher=aspheric; bifo=bifocal; bin=binaural; bte=behind the ear; cic=completely in the canal;
cl=contact lens; cntct=contact; conf=conformity; cov=covered; d=diopters; deluxe=deluxe;
digit=digital; disp=dispensing; ear=ear; eval=evaluation; ext=extended; fit=fitting; gas=gas;
hydrophil=hydrophilic; itc=in the canal; ite=in the ear; lens=lens; lentic=lenticular;
mon=monaural; mono=monaural; ov=over; ove=over; over=over; poly=poly; post=posterior; pro=pro;
prog=programmable; pros=prosthesis; repr=repair; scr=screening; sing=single; sng=single;
sph=sphere; spher=sphere; sv=single vision; tri=trifocal; v=vision; vis=vision; visn=vision
""",
    ),
    (
        r"P",
        """
aph=apheresis; cmv=CMV; comp=complex; cryo=cryoprecipitate; def=deficient; deg=deglycerolized;
each=each; f=fresh; fib=fibrinogen; fract=fraction; froz=frozen; frz=frozen; hla=HLA-matched;
irrad=irradiated; l=leukocytes; lab=laboratory; leuk=leukocytes; md=physician; path=pathogen;
plas=plasma; plasm=plasma; plat=platelets; plate=platelets; platelet=platelets; pool=pooled;
proc=processing; r=reduced; rbc=red blood cells; redu=reduced; spec=specimen; tech=technician;
w=with; wsh=washed
""",
    ),
    (
        r"U",
        """
amp=amplified; cov=COVID; hgh=high; lab=laboratory; p=panel; prb=probe; thru=throughput
""",
    ),
)
"""Beginnings of codes, and what holds for those codes; the first table that has a word counts."""

PHRASES: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), words)
    for pattern, words in (
        (r"\bmgs04\b", " magnesium sulfate "),
        (r"\badd[ -]on\b", " additional "),
        (r"\bals ?1\b", " advanced life support level 1 "),
        (r"\bals ?2\b", " advanced life support level 2 "),
        (
            r"\bbeta(?= not| pres| given)|(?<=no )beta(?= *$)|\bb-?bloc\w*|\bbeta-bloc\w*",
            "beta-blocker",
        ),
        (r"\blg trm\b", "long-term"),
        (r"\bltc pos\b", "long-term care place of service"),
        (r"\bsent? lymp?h?\b", "sentinel lymph"),
        (r"\b2-?d\b(?= t)", "two-dimensional"),
        (r"\basth cont med\b", "asthma controller medication"),
        (r"\bunsched\b", "unscheduled"),
        (r"\bw/ch?\b", " wheelchair "),
        (r"\be/m\b", " evaluation and management "),
        (r"\bpt/ot\b", " physical or occupational therapy "),
        (r"\b(inj|est|inc|adj|tx)\.", r"\1 "),
        (r"\bper diem\b|/ ?diem\b", " per day "),
        (r"\b3-?d\b", " three-dimensional "),
        (r"\be/?p clos\b", "electronic closure"),
        (r"\bext (?:& |and )?flex\b", " extension and flexion "),
        (r"\bnon-? ?str\b", " non-stranded "),
        (r"\bred blood cells?\b", " red blood cells "),
        (r"\bcongo red\b", "Congo red"),
        (r"\bw\s*or\s*w/o\b", " with or without "),
        (r"\bw/wo\b|\bw/w/o\b|\bw / wo\b", " with or without "),
        (r"\bw/o\b|\bw out\b|\bw/out\b", " without "),
        (r"\bw/in\b|\bw in\b|\be/in\b", " within "),
        (r"\bw/", " with "),
        (r"\bf/u\b", " follow-up "),
        (r"\bd/c\b", " discharge "),
        (r"\bd/t\b", " due to "),
        (r"\bb/f\b|\bb/4\b", " before "),
        (r"\bh&p\b", " history and physical "),
        (r"\bi\.u\.?", " international units "),
        (r"\bt\.e\.n\.s\.?", "TENS "),
        (r"\br&l\b", " right and left "),
        (r"&", " and "),
        (r"\bsq\.? ?cm2?\b|\bsqcm\b|\bcm2\b", " square centimeter "),
        (r"\bsq\.? ?in\b|\bsq i\b", " square inches "),
        (r"\bper sq$", " per square centimeter"),
        (r"\bh20\b|\bh2o\b", " water "),
        (r"\b02\b|\bo2\b", " oxygen "),
        (r"\blow(?:er|r)? ext\b", " lower extremity "),
        (r"\bup(?:per|p)? ext(?:r)?\b", " upper extremity "),
        (r"\blow extemity\b", " lower extremity "),
        (r"\bmsmt per\b|\bmst per\b|\bmeas pd\b|\bmsrmt pd\b|\bmsr pd\b", " measurement period "),
        (r"\bbr ca\b", " breast cancer "),
        (r"\bcar pos t\b", " CAR-positive T cells "),
        (r"\bn-et\b", " nonemergency transport "),
        (r"\ba/d\b", " alcohol or drug "),
        (r"\blens/es\b", " per lens "),
        (r"\blith(?:ium)? ion\b", " lithium ion "),
        (r"\bg com(?:p)?\b", " gradient compression "),
        (r"\bg stckng\b", " gradient compression stocking "),
        (r"\bgrad com\b", " gradient compression "),
        (r"\bpre ots\b", " prefabricated, off the shelf"),
        (r"\bpre cst\b", " prefabricated, customized"),
        (r"\bnon emer\w*\b", " nonemergency "),
        (r"\br\. ?n\.?\b", " registered nurse "),
        (r"\bsub cu\b|\bsub-cu\b", " subcutaneous "),
        (r"\bc/v\b", " cervical or vaginal "),
        (r"\bphp/iop\b", " partial hospitalization or intensive outpatient program "),
        (r"\bec at\b", " eligible clinician attests "),
        (r"\bdr\.? ?reddy'?s\b", " Dr. Reddy's "),
        (r"\bslp apn\b", " sleep apnea "),
        (r"\bno reqd\b", " not required "),
        (r"\brec'g\b", " receiving "),
        (r"\brx'd\b", " prescribed "),
        (r"\brec'd\b", " received "),
        (r"\badd'l\b", " additional "),
        (r"\binterp't\b", " interpretation "),
        (r"\bcath's\b", " catheters "),
        (r"\bs/p\b", " status post "),
        (r"\bd/o\b", " disorder "),
        (r"\bu/s\b", " ultrasound "),
        (r"\bnof/u\b", " no follow-up "),
        (r"\bhr ct\b", " high-resolution CT "),
        (r"\bl/r\b", " leukocytes reduced "),
        (r"\bt\.?e\.?s\b", " TES "),
        (r"\bd-e\b", " drug-eluting "),
        (r"\bnon er\b", " nonemergency "),
        (r"\bsub$", "sub"),
        (r"\bquan hep c\b", " quantitative hepatitis C "),
        (r"\btcf/=", " titanium, carbon fiber or equal"),
        (r"/=", " or equal"),
        (r"\b(\d+)\s*pr\b", r"\1 per"),
    )
)
"""What stands for words across blanks and signs, before single words are looked up."""


def words_for(code: str, abbreviation: str) -> str | None:
    """What *abbreviation*, in small letters, stands for in the description of *code*."""
    for table in _tables_of(code):
        if (words := table.get(abbreviation)) is not None:
            return words
    return None


@cache
def _tables_of(code: str) -> tuple[Mapping[str, str], ...]:
    groups = (table for pattern, table in _tables() if pattern.match(code))
    return (*groups, _general())


@cache
def _tables() -> tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]:
    return tuple(
        (re.compile(pattern), _parsed(entries)) for pattern, entries in (*PARTICULAR, *_GROUPS)
    )


@cache
def _general() -> Mapping[str, str]:
    return _parsed(_GENERAL)


def _parsed(entries: str) -> Mapping[str, str]:
    parsed = (entry.partition("=") for entry in re.split(r";\s*", entries.strip()) if entry)
    return {abbreviation: words for abbreviation, _, words in parsed}


def known_words() -> frozenset[str]:
    """Every word that the tables spell abbreviations out with."""
    tables = (_general(), *(table for _pattern, table in _tables()))
    return frozenset(
        word
        for table in tables
        for words in table.values()
        for word in re.findall(r"[a-z]+", words.lower())
    )
