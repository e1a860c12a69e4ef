/**
 * Like `DJANGO_PASSWORDS`, which has the origin and the licence of both: passwords of fewer than 8 characters. They
 * matter with digits around them, and where PASSWORD_MIN_LENGTH is less than 8.
 */
export const DJANGO_SHORT_PASSWORDS: readonly string[] = `
! !ab#cd$ !~!1 #1pimp $hex & &#2336; - . 0 000123 000666 000777 000786 000999 001001 001122 009988 010989 011194 020
020202 020304 030 030201 030303 040 040404 040506 042945d 050 050505 050965 060 060606 062593 070 070707 070809 080
080808 090790 090807 091296 1 100 100100 100200 100261 100484 100986 101085 101086 101087 101088 101089 101090 101092
101101 101112 102 102102 103196 10577 108108 110 110001 110011 110016 110017 110018 110019 110024 110025 110034 110059
110075 110085 110091 110092 110110 110119 110120 1106782 110688 111112 111122 111213 111444 111680 111888 111999 112
112020 112112 112345 1124 113113 117117 118118 119119 120 120120 120197 120279 120389 1205 120679 120702 1208 1209
120n2x 121001 121106 121121 121213 121234 121282 121283 121284 121285 121286 121287 121288 121289 121290 121292 1214
122001 122002 122112 122122 122334 1230456 123147 12321 1233 123456u 12345h 12345o 12345p 12345y 12346 123467 123546
12356 1236 12369 123edc 123lol 123zaq 124124 12413 1245 125125 1272446 128128 12qw! 13 130 130130 131 131061 1313
131313a 1314 131420 131421 1314521 132132 1324 132680 1342 135135 1357 13579 137900 14 140 140473 1414 141414 143
143143 14344 1435254 145145 1453 147 147147 14789 15 150 150556 150801 1515 151515 153153 156156 159 159159 159357r 16
160 160403 161616 168168 17 170 1717 171717 173928 18 180 1818 181818 185800 1867sb 187187 19 190 190494 1905 1907
190986 191191 1919 191919 1945 1947 1948 1950 1951 1952 1953 1954 1955 1956 1957 1958 1959 1960 1961 1962 1963 1964
1965 1966 1967 1968 1969 1970 1971 1972 1973 1974 1975 1976 1977 1978 1979 197900 1980 1981 198111 1982 1983 198311
1984 198410 198411 198412 198484 1985 198511 198512 198585 1986 198611 198612 198686 1987 198711 198712 1987123 198787
1988 198888 1989 198989 1990 1991 1992 1993 1994 1995 1996 1997 1998 1999 199999 1e+14 2 20 2000 2001 2002 200200 2003
2004 2005 2006 200669 2007 2008 200888 2009 200991 201 2010 201001 201010 2011 2012 201301 201314 2020 202020 202122
211 211314 213213 220 220389 221 2211 221122 221133 221188 222111 223456 228228 230 231 24 240 2424 242424 2468 248001
25 250 251314 2525 252525 257ers 258258 260 262626 270 271282 2727 272727 27653 280 282828 290 290892 290966 292929
2933455 2cute4u 3 300 300300 301197 302010 303030 310 311070 311311 312312 313131 313313 31337a 3232547 3344520 353535
357357 363636 369369 373737 380015 383838 393939 4 400050 400053 400064 400067 400072 400076 400093 400101 400706
401107 404040 411001 411014 414141 420 420420 4224035 424242 427468 435453 452001 464646 474747 4826159 484066 484848
494949 5 500016 500072 500500 5050 505050 515151 518518 520025 520520 520530 5211314 521521 523456 525252 52hoova
535353 54321q 5482++ 560001 560034 560037 560076 560078 564335 567tyu 575757 584520 584521 585858 586016 595959 6
600041 606060 616161 619619 619rey 626262 6358986 636363 646464 6543211 654321q 654789 6655321 686868 7 707070 717171
721521 727272 737373 7410 741741 747474 753753 757575 7758258 7758520 7758521 780813 786786 789456a 797979 8 80 800620
8008070 808080 818181 828282 838383 848484 8520 852852 858585 86 863560 868686 871982 87calis 9 90801 911 919191
929292 939393 951951 956208q 959595 96101z 963963 969696 979797 980099 987654a 9958123 a a00000 aaaaa5 abayomi abc@123
abhinav acc123. ace ada adadad ademola adeola adewale adeyemi adgjmp adv24 ahov airtel aku123 alesana ali aliali
alivioo all allahu ama aminata amormio amoure amy ana ana123 ananya and ang ann ann123 ant anurag aparna arianne
arod13 art asakapa asasas1 asawako ash ashwini assh0le astig aug auriane ayodeji ayomide aze123 b b-ball b00b00 baboso
babyg1 babykoh backend bad badazz1 badoo balaji bam123 bangsat bar barosan bastien baybay1 bea bebe bebe12 bebe123
beebee ben benben benten bff123 bhaby bhebhe bhf bibi bibiche bin bjk1903 bla blbyf blix729 bloodz1 bmwbmw bmx123 bobo
bobobo bolaji bombom bon bonbon bonbon1 bonheur boo boo123 boosie1 bossy1 bou boubou boyboy bra bratz bratz1 brayan
bre123 brebre brebre1 bri bri123 bribri bribri1 bscirc bukola bumbum bv123 byebye c c00kies cabrera caca caca12
caca123 cacaca cacca cafemom cal caline cam can cancan canelle caonima car carito carlota cas catcat catcat1 cavs23
cena54 ch cha chacha chandan chaselo che cheche chi chinedu chintu chioma chloee chocho chr chuchu cloclo cme2012 coco
cococo coucou coupons cricri cristh cuteko cuteme cuttie cuttie1 cv1230 czz000 d d4 d41d8cd dad dada dadada dandan dar
dav dayday dayday1 dbm deirjj den denden didine dim dj1234 dkz1999 dodo dododo dodong dogdog dogdog1 dolapo dom domdom
don dondon doodoo doodoo1 dou doudou dra du8484 dumdum dwade3 e e23456 e93c50 ebeans edberg eli eli123 elmejor emo123
emo666 emoboy emogirl eri ers eugenie euteamo eva eve evite evony1 f f4u*123 faker1 fanfan fat fat123 fb1907 febrero
fer fineboy fleurs flo floflo flyfly fondoom foofoo for foxpass fra fragola fre fuc fucky0u funfun fx-one fxzz75 g
g-unit gaara1 gab gagaga gal ganda gaudens gayatri gbenga gigi giogio gjkbujy god god777 godgod godis1 gogo gogogo
gogogo1 googoo grine89 gruby12 gs1905 gu1tar gucio guigui guruji gusgus gwapa gwapako gwapo gwapoko gwerty h h8llp9f
habiba haha haha11 hahaha hahaha! hal hammed han har hehehe hehehe1 hejhej heka6w2 hey hey123 heyhey heyhey1 hf hg0209
hi1234 hi12345 hihihi1 him666 hoe123 hohoho honeyko hothot hotmail hotpink hshshs http i i&lt i23456 ice ice123
icegirl idk123 ifeanyi ilo iluvyou ily123 imgay1 ipad ipod123 j j0rdan jajaja jakjak jamjam jan jancok janek1 janjan
jay jayjay jen jenjen jenjen1 jer2911 jes jesus#1 jet jim jimena jimjim jj1234 jm0753 jobhunt jojo jojojo jojojo1 jon
jon123 jonjon jonjon1 joy joyjoy jubjub jul junpyo k k. kaikai kaka kakaka kaleb1 kambal kamote kampala kanchan kar
karo13 kat katkat kay123 kayden kaykay kaykay1 ken kenken khadija kiki kiki12 kiki123 kikiki killua kim kimbum kimkim
kims89 kkk123 koko koko123 kokoko kolkata kosama l l5l5l5 la lala lala11 lala12 lalala lalita lalitha lananh langga
lapinou laska last.fm lastfm latifa laurah lavanya lavezzi lavoro ldgend leelee leelee1 leika1 leika86 lenka lenlen
leo leoleo lexie1 ligabue lil lil123 lili lilica lilili linked linked1 linker linusd8 liz123 login lokita lol lolo
lolo12 lolo123 lololo lololo1 lolotte lou lov lovemom lpl luc lucinka lulu lulu123 lululu lumiere luv123 lynlyn m
m@d!z maburro mac macdre1 macmac madmad madryt maemae mag mahalq mahmoud mail.ru maimai makulit mal maldita mam mama
mamama mamina maminka mammina manjula manman manman1 maomao mar mar123 mariama maricar maricel marilou marmar marron
mas masina mat mat123 matheo maxence may may123 mayank maymay mayowa me me1212 mel melania melo15 meme meme12 meme123
mememe mememe1 mercado mhine mia123 miamia mibebe mic mil milacek miley1 mimi mimi12 mimi123 mimimi mimine mis mivida
mjdsf11 mlb229 mmm123 mob123 moemoe moi moimoi mom mommom mommom1 momo momo12 momof2 momof3 momof4 momomo mon monange
monmon monyet morango mormor mouette moussa mpeater murali my my1love my2boys my2sons my3boys my4kids my5kids myboo1
myjesus mynoob myspac3 n n1frdz nana nana12 nana123 nanana nandini nat nat123 naynay naynay1 nene neneng nenette
nenita nerone netlog nevim new newcall newnew newnew1 nf nfy.if nic nik nkechi1 noemie nonono1 norte14 notthat nounou
novo numba1 numero1 nuvola nwolf72 o o12345 o23456 obama08 obinna octubre okokok ola olaola olawale olumide omarion
omg199 only1me opeyemi ophelie ornella p p00p00 pa pallavi pampam paopao papa papapa par pas pasaway pat pat123
pauko97 pawpaw peepee peepee1 pepe pepette perach pessac petram phx602 piccola pie piepie piffish pipoca pl png
po918dg poilut poiu07 pokpok pol polpol pompom poo poo123 popo09 popo123 popopo1 poppop poppop1 poser2 potpot poupee
pranav pri priya pro psp123 pumas1 pushpa pwd1234 pwtest q qq1234 quadro qw123 qwarty qwe1asd qwerf12 qwertz1 qyahzn r
r1cd38d radhika rai-131 raj123 rakaii raluca ram ramram raprap ray rayray rayray1 razjel1 red redred redred1 renren
renuka resetme reveur rfn.if rob rockyou romane romy01 ronron rosaria rs11220 ruqueb s sadsad sahabat saitou sal
samsam san sanjana sansan satish satsuki saurabh saviour sch sdream ser serseri sexii1 sexy#1 sha shasha shasha1
sheshe shreya shriram shruti shubham sim simsim sk8ers skiffy sol son soso soulja1 sousou spolana sriram sss111 sta
stani06 ste sukses sun sup sushma swagger swathi swetha t t12345 tamtam tangkai tantan tascha tata tata123 tatata
tay123 taytay taytay1 teetee teetee1 tekiero tenshin tenten teodora the the123 thethe theused thieric thizz2 tiamo
tianya tigrou tim timtim titeuf titi titine tmm tomek tonton topbull toto tototo toutou treflip tresd5 treu14 tuangbi
tudelft tulipe u u38fa39 u77789 u8t6e4 uchenna uchiha upperd7 urmom1 usdopaa usher usher1 v vaibhav val van vandana
vikram viriato volimte w w1975a w1976a w1977a w1978a w1979a w1980a w1981a w1982a w1983a w1984a w1985a w1986a w1987a
w1988a w1989a w1990a w1991a wall.e wan123 waswas watever weewee weezy1 weiwei wenoob werock1 wersdf wigolf wil win
winmx1 winwin wm0001 wow wowwow wtf123 wwe619 x xaxaxa xbonesx xoxoxo y y123456 y23456 yaallah yahoo yahoo! yahoo1
yahoo12 yahoo2 yahooo yancai yandex yanyan yassine yayaya ybccfy yes yesyes yfcn.if yogesh yolo yomisma yop7s55 youyou
yoyo yoyo12 yoyoyo yoyoyo1 yumyum yumyum1 z z00000 zac123 zainab zk. zoe123 zoosk zoosk1 zouzou zsazsa zwickau йцукен
люблю любовь пароль привет я
`
  .trim()
  .split(/\s+/);
