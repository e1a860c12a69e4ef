/*
 * The lists in this file and in django-short-passwords.ts are parts of Django 5.1's
 * django/contrib/auth/common-passwords.txt.gz, which Royce Williams compiled:
 * https://gist.github.com/roycewilliams/226886fd01572964e1431ac8afc999ce
 *
 * Django's licence (BSD-3-Clause):
 *
 * Copyright (c) Django Software Foundation and individual contributors.
 * All rights reserved.
 *
 * Redistribution and use in source and binary forms, with or without modification,
 * are permitted provided that the following conditions are met:
 *
 *     1. Redistributions of source code must retain the above copyright notice,
 *        this list of conditions and the following disclaimer.
 *
 *     2. Redistributions in binary form must reproduce the above copyright
 *        notice, this list of conditions and the following disclaimer in the
 *        documentation and/or other materials provided with the distribution.
 *
 *     3. Neither the name of Django nor the names of its contributors may be used
 *        to endorse or promote products derived from this software without
 *        specific prior written permission.
 *
 * THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND
 * ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED
 * WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
 * DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT OWNER OR CONTRIBUTORS BE LIABLE FOR
 * ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES
 * (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES;
 * LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON
 * ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT
 * (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS
 * SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
 */

/**
 * The passwords of 8 to 128 characters in Django's list that `isGuessable` would accept without them, sorted. To update
 * them, replace Django's file in test/passwords: its test names the passwords that are missing here.
 */
export const DJANGO_PASSWORDS: readonly string[] = [
  "friend of emily",
  "friend of gerly",
  "friend of joan",
  // One text: an array would take a line for each.
  ...`
!qaz1qaz "1,00001e+14" "k.,jdm" #1stunna $hex[2623323333363a] $hex[266865617274733a] $hex[300d] $hex[3030303030300d]
$hex[3130323033300d] $hex[3131313131310d] $hex[3131323233330d] $hex[3132313231320d] $hex[3132330d]
$hex[3132333132330d] $hex[3132333132333132330d] $hex[3132333332310d] $hex[313233340d] $hex[31323334350d]
$hex[3132333435360d] $hex[313233343536370d] $hex[31323334353637380d] $hex[3132333435363738390d]
$hex[313233343536373839300d] $hex[31323334717765720d] $hex[3132333635340d] $hex[3132337177650d] $hex[3135393335370d]
$hex[3135393735330d] $hex[315132773365347235740d] $hex[3171327733650d] $hex[31713277336534720d]
$hex[317132773365347235740d] $hex[3171617a327773780d] $hex[3232323232320d] $hex[3333333333330d]
$hex[343831353136323334320d] $hex[3535353535350d] $hex[3635343332310d] $hex[3636363636360d] $hex[3737373737370d]
$hex[373737373737370d] $hex[3838383838380d] $hex[392d31312d313936310d] $hex[393131313936310d]
$hex[3938373635343332310d] $hex[3939393939390d] $hex[3a] $hex[3c626c616e6b3e0d] $hex[45786967656e740d]
$hex[4ed26f20646566696e69646f] $hex[5177657274790d] $hex[6162633132330d] $hex[617364663a6c6b6a]
$hex[6173646667686a6b6c3a262333393a] $hex[6173646667686a6b6c3a] $hex[617364666a6b6c3a] $hex[636570657473756769680d]
$hex[65786967656e740d] $hex[663a] $hex[6766686a6b6d0d] $hex[696c6f7665796f750d] $hex[6b2e3a] $hex[6b6c61737465720d]
$hex[6c69766572706f6f6c0d] $hex[6c6f76656c790d] $hex[6d69636861656c0d] $hex[6d6f6e6b65790d] $hex[6e756c6c0d]
$hex[70616b697374616e0d] $hex[70617373776f72640d] $hex[7072696e636573730d] $hex[71317732653372340d]
$hex[71617a7773780d] $hex[71717777313132320d] $hex[7177653132330d] $hex[7177657274790d] $hex[7177657274793132330d]
$hex[71776572747975696f700d] $hex[73616d73756e670d] $hex[73756e7368696e650d] $hex[743a] $hex[7a6b2e3a] $hex[7a6e743a]
$hex[7a786376626e6d0d] $hex[7a786376626e6d3a]
$hex[d0bfd197d085d0bfd197d085d0bfd197d085d0bfd197d085d0bfd197d085d0bfd197d085d0bfd197d085d0bfd197d085d0bfd197d085d0bfd197d085]
$hex[d0c5] $hex[d0fcf0a5f02bf0a2d0efd0eaf0a6f0a5] $hex[f02bd0c4f0a6f02bd0c4] $hex[f02bd0c4f0a6f0a5f0a6d0ee]
$hex[f02bd0c7f0a9f0a6f0c1d0e9] $hex[f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0]
$hex[f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0]
$hex[f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0]
$hex[f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0]
$hex[f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0]
$hex[f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0]
$hex[f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0f02bd0f9f0e0]
$hex[f02bf0a6d0c7f0a5f02bd0ee] $hex[f02bf0a6d0c7f0a9f0a2f0a6] $hex[f02bf0a6f02bf0a5d0e7f0a6f0a6]
$hex[f02bf0a6f0a6d0fcf0a9f02b] $hex[f0a2f0a6d0e9f0a6d0eaf0a6] $hex[f0a6d0c7f0a9d0fcd0e9f0a9f0a2f0a6]
$hex[f0a6d0e5d0e2f0a6f0c1f0a2] $hex[f0a6f0a2f0a6d0c7f0c1f0a6] $hex[f0a6f0a2f0a6d0fcd0e9f0a6d0fcf0a9d0c5] 0.00000000
00001111 000webhost 00110011 00112233 001579238 007007007 01012009 01470147 04022000 05200520 08520852 09061976
09121962q 0987654321q 0icotpd785 0r968ji9ufj6 10200718 10201020 110110110 11110000 111222tianya 11231123 1200nerds
12101961 1211109032 121324810z 123123aa 1234567891011 123456789101112 1234567898 123456789h 12345678b 12345678j
12345678k 12345678r 1234567c 1234567g 1234567h 1234567n 1234567p 1234567qq 1234567y 123456abcd 123456az 123456mm
123456ok 12345six 123a123a 123admin321a 123odidol 123q123q 12qw23we 13131313 13141314 13241324 13571357 1357913579
13587930210 13791379 139381512 14121412 14141414 143143143 14531453 14629227 147147147 15151515 154322358 159159159
159258357 16051980 16161616 168asd168 171204jg 17171717 18181818 18atcskd2w 19031903 19051905 19071907 19191919
19451945 19561956 19571957 19581958 19591959 19601960 19611961 19621962 19631963 19641964 19651965 19661966 19671967
19681968 19691969 19701970 19711971 19721972 19731973 19741974 19751975 19761976 19771977 19781978 19791979 19801980
19810301 19811981 19821108 19821982 19831983 19841984 19851985 19861986 19871987 19881988 19891989 19901990 19911991
19921992 19931993 19941028 19941994 19951995 19961996 19971997 19981998 19991999 1fptjtl919 1fr2rfq7xl 1g2w3e4r
1life2live 1moretime 1ofakind 1olmetec1 1q2w3e4r5t6y7u 1q2w3e4r5t6y7u8i 1q2w3e4r5t6y7u8i9o 1q2w3e4r5t6y7u8i9o0p
1treehill 1v7upjw3nt 1zn6fpn01n 1zn6fpn01x 20002000 2000comeer 20012001 20022002 20032003 20042004 20052005 20062006
20070509031 20072007 20072008 20082008 20082009 20092009 20092010 20102010 2010comer 20112011 20122012 2012comeer
20202020 21052003 21152117 21864812 22071972 22152182 2416101113 24242424 24682468 24862486 25252525 25257758 25393275
26262626 26665806 27254931 27272727 27352735 27412678 28081976 28282828 29422277 29694419 29rsavoy 2cxdn8s271
2kroliczek 2pacshakur 3.1415926 31081981rs 31313131 31x7t5xbke 32342711 3526535265 369369369 393041123 3d8cubaj2e
3daysgrace 3odi15ngxb 3qdlqb49js 3rjs1la2qe 3rjs5la8qe 3s43pth5aea 41034103 421uiopy258 4391634m 43922572 46265216
4everlove 50505050 52253823 53472235 5532361cnjqrf 55665566 5845201314 5a8b9c2d 5plk4l5uc7 5x1cjdsb9p 5xfgs3ii9d
622906268 62543234 634142554 67529353 6817zd57 68582988 69696969 6hbf28w791 6v21wbgad 74107410 74699723 776158ab
786786786 791159392 82214989 849vak17 85208520 85218812 87654321q 8ix6s1fceh 9-11-1961 91866709 92298899 92dk2cidp
92k2cizcdp 94246843 94327579 9876543211 987654321q 9uzp9jek3f ??????@mail.ru @bigmir.net a1169619 a5201314 a838hfid
aa224466 aa261599 aaaaaaaa1 aaaaaaaaa1 aabb1122 abcabc123 abcdefgh1 abcdefghi1 accountant aczx7812 ad123456 addl0223
adekunle agustina ahbird1984 akademiks11 akax89wn akopa123 aksrms8010 aliceadsl allahakbar allahis1 alliswell
allrecipes almario927 amdturion64 amoramor amoreterno amoureuse andreita andrusic1 angedemon angelbaby angelbaby1
angelgirl angelseye22 anno1602 antoinette aobo2010 apsk54321 aptx4869 aquamarine arcobaleno armorgames as790433
asd666fds asdasdasd1 ashutosh atlars10 aug!272010 augustine automobil awei1616 b2spirit babatunde babymama1 backstreet
badbitch1 baili123com ballerina bambolina bamidele bangaram barbiegirl barcelone bbleo1zz bellissima bestfriends
bff4ever bharathi billiejoe1 bingbing bkl29m2bk bl8lygb0 blablabla blablabla1 blackwater blkdrag0ns blogs123
blood4life blueangel bobesponja boguska123 borboleta boulette bratz123 briciola brokenhear brownsugar bucuresti
butterball butterflies buzhidao bvp33w7epu bwfq23jp7f byusdg23 c.ronaldo c0mputer candygirl candygirl1 capricornio
caramella carebears carebears1 cds04121989 cepetsugih ch0c0late chanelbag charline chasity1 cheerleade cheguevara
chicharito chivas#1 choupette christelle chutrung cjmasterinf cksdnd12 classof06 classof07 classof08 classof09
classof200 classof201 clementine clochette cm6e7aumn9 coca-cola coccinella cocococo colocolo concepcion contrase
cookiemons cookiemonster coregmedia corentin countryboy couponmom couponsc10 couscous crazybitch crazydog crazygirl
crazygirl1 crip4life crowbird cucciola cxy831126 d0r1nc0urt d2xyw89sxj d71lwz9zjs d9zufqd92n dadadada daddygirl1
dalbas73 damilare dance4life danielito davidic1 dd123456 ddzj39cb3 dearbook dedewang degrassi1 demilovato demon1q2w3e
demon1q2w3e4r demon1q2w3e4r5t den221991 derp12!@ desadesa deusefiel dfa72dfj dfg5fhg5vgfh1 diciembre didididi dieguito
diosesamor diosesfiel diwtgm8492 dkssud12 dkxjizc282 doctorwho domenica dominican1 dontforget doodlebug doodlebug1
dookenr1 doomsayer.2.7mords.v doomsayer.2.7mords.vv doudoune dpbk1234 dr.pepper dragoste dramaqueen dt123456 dupadupa
e2yfp41b e3r4t5y6 easyas123 echizen18 edxk20qmfs eh1k9oh335 ehdgnl12 electrical elisabetta emmanuelle emotional
employment eqes606898 estrellita ethanryan01 evildick evony123 evony192 f1uuhza723 faca210898 fallen_angel
familiyafamiliya family1st farfallina farmacia feder_1941 fenchel55 fener1907 film@123 find_pass fiorella fk3456abc
flatblocker flowerpower forzainter forzajuve forzamilan forzanapoli foxracing1 fqrg7cs493 fragolina francoise
freemusic friends4ev fu7u4a#$$$ fuchurli fuckthewor fuckyouall fuckyoubit fuk19600 fuku00198 fullaccess funmilola
fxzz75$yer fxzz75yer fysihz5g g13916055158 g9l2d1fzpy gambion32 gdcc9921 gettherefast gfs2z6wb gigaman8891 girlpower
girlsrule giulietta glamorous1 godblessme godhelpme godim001 godisable godlovesme golfcourse golfinho goodgood
google.com googletester gossipgirl graciela grenouille gribouille gtavicecity gummybear gunsnroses gutschein gwapoako
gwarmonster gwerty123 gymnastics h1xp2z2duk h2vwdubjx4 h4t3cr3w hahahaha hallohallo hannahmont hannahmontana
hans4queck happyfeet happyfeet1 happygirl harekrishna harrypotte hawkesbury93 hbhc8290826 he635789 heartbreak
heartbroke hejhej123 henni1907 herbalife heterosexual hevhk43n9j hey12345 heyheyhey heyheyhey1 hgrfqg4577 highschool
hilaryduff himanshu historia hm9958123 holyspirit homelesspa honeybunny hot97hot hotmail.com hotmail1 hotmail123
hotpink1 hrenota1 huhbbhzu78 hurensohn hx28o9e646 iamnumber1 iamthebest ibanezjs ibicguwjic ichliebedi ichliebedich
icthus01 icxkyb7972 id6c3wr6un ig4abox4 igetmoney1 ignoranto ihatethisgame il0vey0u il0veyou ilds4edad ilov3you
ilovealex ilovealex1 iloveboys iloveboys1 ilovecats ilovechris ilovedavid ilovedogs iloveindia ilovejames ilovejoe
ilovejoe1 ilovejohn ilovejosh ilovejosh1 ilovejusti ilovematt ilovematt1 ilovemike ilovemike1 ilovemybab ilovemydad
ilovemyfam ilovemykid ilovemykids ilovemymom ilovemymum ilovemysel ilovenick ilovenick1 iloveryan iloveryan1
iloveyou<3 iloveyouba iloveyouso iloveyoux3 iminlove imnumber1 imthebest imthebest1 imyaimyaimya inactive1996aug
independen indya123 ineedyou infinito integrity internazionale itsmylife iw14fi9j iw14fi9jwqa iw14fi9jxl j1v1fp2bxm
j38ifubn j4n4jel4 j5644574 jackmore1 jaigurudev jaihanuman jakcgt333 jarox1301! jcdenis1 jdd04257 jellybeans
jesucristo jesuscristo jesuslives jesusloves jesuslovesme jetsmets jfgvcqbuzug ji394su3 jiang8kevin jiefang007
jingjing jjcg16dj5k jkiuztdftl57 jobshop2002 joejonas joejonas1 john!20130605at1753 johnlock johnnydepp jojojojo
jolinek33 jomacapa josemanuel josette1 juanpablo juju1987 jundian2011xr justinbieb juventini k47rizxt2g ka_djkhjsy6
kakakaka kapej111 karakartal kartoffelpuffer karukera kevnwo128 keyblade kifj9n7bfu kikeunyw kingjames kinomoto89
kittylove kmzwa8awaa knackwurst8853 kokokoko kowalski krystyna56 kuana230345 kurdistan l1nk3d1n l1nked1n l1verpool
l6ho3tg7wb ladiesman1 lalalala laurel12creek layouts1 lebronjame leliane50934 lenalena leolong1985 leralera lexor123
lightpower12345 lilpimp1 limegreen limegreen1 lincogo1 lindinha lingling linked123 linkedin linkedin1 linkedin11
linkedin123 linkedin2011 linkedln lipgloss lipgloss1 lisamarie live4him lkjhgfdsa1 lmapacey lokoloko lolalola lolek123
lollollol lolololo looby123 lordjesus loserface1 louloute love2love love4eva love4life lovehim1 lovejesus lovelovelove
lovelygirl lovemom1 lovemykids lovesucks lovesucks1 loveu4ever lovingyou loxpider luckystar ludi1234 ludivine lunaluna
luv4ever lydcc20091314 m01759766727 m1am1b3ach m1chelle m1chp00h madafaka maella1311 magandaako maggiemay mahalkoh
mamamama mamika10 mamikawada manchesterunited maplestory maranatha marek14michal margarida marguerite mariajose
marinara mark_963 marmotte marygrace maryrose mase4ever matyas2001 maximiliano mayquinn2 mbahurip meenakshi
mega_pizdetz666 megaparol megaparol12345 megasecret mgreen39 michaeljac michoacan1 mickeymous migrationschool
miguelito mikejones1 mikimiki miley123 mileycyrus mingming minicalibra mirantte mishijos mississipp mkal2707 mm123456
mm170667 mmo110110 mobsters1 moderncombat mommyof2 mommyof3 moncoeur monstercha monterrey moonmoon motherof2 motherof3
moumoune mrf11277215 ms0083jxj mu080295 music4life music4me mustapha mv46vkmz10 my-space my.space my1space my204856
mybabies myblocker myfather mylinkedin myspace.co myspace4me myspacepas n0=acc3ss n8zgt5p0shw= nanou4552 natiichen999
networking new975wen newpasswor newthree51 newvision nha7ebf6kp nickelback nickiminaj nickjonas nickjonas1 nicoleta
nicoletta nideknil nks230kjs82 no1knows noiembrie nomeacuerdo nonmember nothings123 noviembre nowehaslo nssadmin
numberone nummero1 nyq28giz1z ocpoook325 ogplanet ohmnamah23 oks65b6666 olalekan olamilekan olanrewaju olatunji
olayinka olitec00 olo65b6666 olusegun oluwaseun omarion1 omshanti one2three onedirection oojs4ykl opelcorsa opernhaus1
ordenador ordinateur ossi2000 ottootto ou29q6666 overdrive ovr220278 owt243ygbh owt243ygbj p3rat54797 p5415420
p@$$w0rd p@ssword pa$$word paluso00 papapapa papatoma1 partytime pass_2011 patterson pe#5gz29ptzmse pedarsag pg260365
philippine pilipinas pimp4life pinkpanther pinkpink pioupiou pk3x7w9w pocahontas poepen19 pok29q6666 polenka1
pomalo123 poopmaster pop168168 poptropica porcodio poupette poupoune povlmly727 povray14 powerpuff ppoo0099 pqntmt1247
prasanna prettyme princesita principessa projectsadminx przyjaciolki psicologia psychology pt120439 puppylove
puppylove1 q0tsrbv488 qarglr123 qdujvyg5sxa qh6xl1p9xj qiciqdp162 qq18ww899 qqww1122 qti7zxh18u qugrqfo825 qw123321
qwe1122334 qwegta13091990 qwerpoiu qwerqwer2 qwerrewq qwertz123 r9lw4j8khx rabat1945 raffaella raiderz1 randyorton
rbotmvz954 rdukv46x realestate realnigga1 redab1993 rememberme remo1d72a rencontre resing1965 rksk3210 roanne42300
rodrigues roro1024 rosalinda rtw150809 ruler1991 s8ylpe9jdpvym sagitario sagitarius salamanca salmankhan sampdoria
sangeetha santhosh saraswati sardegna sasin414 sassi123 sassygirl schokolade scorpione scvmofas79 sdf7asdf6asdg8df
seanpaul seigneur selenagome semangat semarang seniseviyorum sentnece septiembre sevgilim sexsexsex sextrime1
sexy4life sexyback1 sexyblack1 sexychick1 sexygurl1 shayshay shayshay1 sig53num silkroad sipfhair sk8erboi sk8erboy
ska02ska skate4life skateordie skaterboy1 skaterdude skyliner34 slovensko slunicko smb0512bz smile0_0 snorre98
soleluna solitario somanypickles27 soukayna souljaboy1 southpole1 speak2me speranza spez3012 spider-man spionin8688
spitsy16 srikanth ss563563ss ssyu1314 starburst starburst1 staredobre startfinding starwarsfan10 stefangreil1983
steflio3123 sternchen su123456 successful supa1906 superwoman surena13 surenos13 surethang surside13 swampfire
sweetangel sweethome sweetlove sz9kqcctwy szczurek t36473647 taishan2011 tamahome tanginamo tartaruga teamomucho
teenaa111 telechargement teonamaria1 terserah theonly1 theused1 threekids tichuots tigerlily tingting tl281188t
tmnet123 tmvlzj12 tnk0mk16vx tolulope tombrady12 topbutton total12scherz trabalho trackstar1 trandafir transforme
treguier triskelion tronwell ttd955audg tuputamadre tweetybird ty2t1hv3oc tyrael04 tzir25l5kn u1v7hhh7ef u83xu3u83
uhfaabnb uhfybn8888 underoath underoath1 univers2l universo uphill45 uqa9ebw445 uvgx8f8232 vaishali vascorossi
vergessen veri1234 vfhbjk1801 villanueva viphv5j736 vitor1268123 voldemort vrbgqns997 vuc7neyu0 w12101957 w1aubvoq
w5tn36alfw w5txn36alfw w66yrybgra walalang waldiw82 wangyut2 weyersheim whatthezor whitetiger wildchild wilfried
windowsxp woaiwojia woshishui woshiyazi wpcakir264 wrasloco11 wsbe279qsg wubin007 ww111111 ww651118 wz362308
x3luym2mmj x4ivyga51f x99qomx561 xantria10315 xblhintb9w xdqwerty xiaoxiao xige5516726 xlsl9963 xred4654 xt97794xt
xtseo2011tdx y6p67ftrqj yagjecc826 yahoo.com yahoo100 yahoo123 yahoomail yandi20080527 yangyang yaoiisgrand yellowcard
yemi19900911 yggdrasil4 youbye123 youngmoney yourgay1 yoyoyoyo yu5l97wk8q yuantuo2012 z0102030405 zacatecas1 zacefron
zacefron1 zag12wsx zbychlas zesh1412 zhd741220 zmx870919123 zooyork1 zxc841219 zzs000000 пїѕпїѕпїѕпїѕ пїѕпїѕпїѕпїѕпїѕ
пїѕпїѕпїѕпїѕпїѕпїѕ пїѕпїѕпїѕпїѕпїѕпїѕпїѕ пїѕпїѕпїѕпїѕпїѕпїѕпїѕпїѕ пїѕпїѕпїѕпїѕпїѕпїѕпїѕпїѕпїѕ
`
    .trim()
    .split(/\s+/),
];
