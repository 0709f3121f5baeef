package javatime

import "strings"

// language has the names of months, days and halves of the day, as the Unicode CLDR has them, separated by commas.
type language struct {
	shortMonths, longMonths, shortMonthsAlone, longMonthsAlone, shortDays, longDays, halves string
}

// CompileIn is [Compile] for names in the language of a locale, such as fr or de-DE; ok tells whether it is known. A
// text has a name as it stands in a date or alone, and short ones with their point or without.
func CompileIn(pattern, locale string) (f *Format, ok bool, err error) {
	tag, _, _ := strings.Cut(strings.ReplaceAll(strings.ToLower(locale), "_", "-"), "-")
	if strings.HasPrefix(tag, "en") || tag == "" || tag == "root" || tag == "c" { // ENGLISH, too
		f, err = Compile(pattern)
		return f, true, err
	}
	l, ok := languages[tag]
	if !ok {
		return nil, false, nil
	}
	f, err = compileIn(pattern, &l)
	return f, true, err
}

// texts are the names that count letters of a pattern stand for, nil when they stand for none, or English ones.
func (l *language) texts(letter byte, count int) []string {
	if l == nil || count < 3 && letter != 'a' && letter != 'E' {
		return nil
	}
	list := ""
	switch letter {
	case 'M', 'L':
		if list = l.longMonths + "," + l.longMonthsAlone; count == 3 {
			list = l.shortMonths + "," + l.shortMonthsAlone
		}
	case 'E', 'e', 'c':
		if list = l.longDays; count <= 3 {
			list = l.shortDays
		}
	case 'a':
		list = l.halves + ",AM,PM"
	default:
		return nil
	}
	return strings.Split(list, ",")
}

// nameIn reads the longest of some lists of n names and sets to to its number, from 1. The point of a short one may be
// absent.
func nameIn(b []byte, pos int, to *int, texts []string, n int) int {
	end := -1
	for i, text := range texts {
		bare, short := strings.CutSuffix(text, ".")
		if len(b)-pos < len(bare) || string(b[pos:pos+len(bare)]) != bare {
			continue
		}
		at := pos + len(bare)
		if short && at < len(b) && b[at] == '.' {
			at++
		}
		if at > end {
			end, *to = at, i%n+1
		}
	}
	return end
}

var languages = map[string]language{
	"cs": {
		"led,úno,bře,dub,kvě,čvn,čvc,srp,zář,říj,lis,pro",
		"ledna,února,března,dubna,května,června,července,srpna,září,října,listopadu,prosince",
		"led,úno,bře,dub,kvě,čvn,čvc,srp,zář,říj,lis,pro",
		"leden,únor,březen,duben,květen,červen,červenec,srpen,září,říjen,listopad,prosinec",
		"po,út,st,čt,pá,so,ne",
		"pondělí,úterý,středa,čtvrtek,pátek,sobota,neděle",
		"dop.,odp.",
	},
	"da": {
		"jan.,feb.,mar.,apr.,maj,jun.,jul.,aug.,sep.,okt.,nov.,dec.",
		"januar,februar,marts,april,maj,juni,juli,august,september,oktober,november,december",
		"jan.,feb.,mar.,apr.,maj,jun.,jul.,aug.,sep.,okt.,nov.,dec.",
		"januar,februar,marts,april,maj,juni,juli,august,september,oktober,november,december",
		"man.,tir.,ons.,tor.,fre.,lør.,søn.",
		"mandag,tirsdag,onsdag,torsdag,fredag,lørdag,søndag",
		"AM,PM",
	},
	"de": {
		"Jan.,Feb.,März,Apr.,Mai,Juni,Juli,Aug.,Sept.,Okt.,Nov.,Dez.",
		"Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember",
		"Jan,Feb,Mär,Apr,Mai,Jun,Jul,Aug,Sep,Okt,Nov,Dez",
		"Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember",
		"Mo.,Di.,Mi.,Do.,Fr.,Sa.,So.",
		"Montag,Dienstag,Mittwoch,Donnerstag,Freitag,Samstag,Sonntag",
		"AM,PM",
	},
	"es": {
		"ene,feb,mar,abr,may,jun,jul,ago,sept,oct,nov,dic",
		"enero,febrero,marzo,abril,mayo,junio,julio,agosto,septiembre,octubre,noviembre,diciembre",
		"ene,feb,mar,abr,may,jun,jul,ago,sept,oct,nov,dic",
		"enero,febrero,marzo,abril,mayo,junio,julio,agosto,septiembre,octubre,noviembre,diciembre",
		"lun,mar,mié,jue,vie,sáb,dom",
		"lunes,martes,miércoles,jueves,viernes,sábado,domingo",
		"a.\u00a0m.,p.\u00a0m.",
	},
	"fi": {
		"tammik.,helmik.,maalisk.,huhtik.,toukok.,kesäk.,heinäk.,elok.,syysk.,lokak.,marrask.,jouluk.",
		"tammikuuta,helmikuuta,maaliskuuta,huhtikuuta,toukokuuta,kesäkuuta,heinäkuuta,elokuuta,syyskuuta,lokakuuta,marraskuuta,joulukuuta",
		"tammi,helmi,maalis,huhti,touko,kesä,heinä,elo,syys,loka,marras,joulu",
		"tammikuu,helmikuu,maaliskuu,huhtikuu,toukokuu,kesäkuu,heinäkuu,elokuu,syyskuu,lokakuu,marraskuu,joulukuu",
		"ma,ti,ke,to,pe,la,su",
		"maanantaina,tiistaina,keskiviikkona,torstaina,perjantaina,lauantaina,sunnuntaina",
		"ap.,ip.",
	},
	"fr": {
		"janv.,févr.,mars,avr.,mai,juin,juil.,août,sept.,oct.,nov.,déc.",
		"janvier,février,mars,avril,mai,juin,juillet,août,septembre,octobre,novembre,décembre",
		"janv.,févr.,mars,avr.,mai,juin,juil.,août,sept.,oct.,nov.,déc.",
		"janvier,février,mars,avril,mai,juin,juillet,août,septembre,octobre,novembre,décembre",
		"lun.,mar.,mer.,jeu.,ven.,sam.,dim.",
		"lundi,mardi,mercredi,jeudi,vendredi,samedi,dimanche",
		"AM,PM",
	},
	"it": {
		"gen,feb,mar,apr,mag,giu,lug,ago,set,ott,nov,dic",
		"gennaio,febbraio,marzo,aprile,maggio,giugno,luglio,agosto,settembre,ottobre,novembre,dicembre",
		"gen,feb,mar,apr,mag,giu,lug,ago,set,ott,nov,dic",
		"gennaio,febbraio,marzo,aprile,maggio,giugno,luglio,agosto,settembre,ottobre,novembre,dicembre",
		"lun,mar,mer,gio,ven,sab,dom",
		"lunedì,martedì,mercoledì,giovedì,venerdì,sabato,domenica",
		"AM,PM",
	},
	"nb": {
		"jan.,feb.,mar.,apr.,mai,jun.,jul.,aug.,sep.,okt.,nov.,des.",
		"januar,februar,mars,april,mai,juni,juli,august,september,oktober,november,desember",
		"jan,feb,mar,apr,mai,jun,jul,aug,sep,okt,nov,des",
		"januar,februar,mars,april,mai,juni,juli,august,september,oktober,november,desember",
		"man.,tir.,ons.,tor.,fre.,lør.,søn.",
		"mandag,tirsdag,onsdag,torsdag,fredag,lørdag,søndag",
		"a.m.,p.m.",
	},
	"nl": {
		"jan.,feb.,mrt.,apr.,mei,jun.,jul.,aug.,sep.,okt.,nov.,dec.",
		"januari,februari,maart,april,mei,juni,juli,augustus,september,oktober,november,december",
		"jan.,feb.,mrt.,apr.,mei,jun.,jul.,aug.,sep.,okt.,nov.,dec.",
		"januari,februari,maart,april,mei,juni,juli,augustus,september,oktober,november,december",
		"ma,di,wo,do,vr,za,zo",
		"maandag,dinsdag,woensdag,donderdag,vrijdag,zaterdag,zondag",
		"a.m.,p.m.",
	},
	"pl": {
		"sty,lut,mar,kwi,maj,cze,lip,sie,wrz,paź,lis,gru",
		"stycznia,lutego,marca,kwietnia,maja,czerwca,lipca,sierpnia,września,października,listopada,grudnia",
		"sty,lut,mar,kwi,maj,cze,lip,sie,wrz,paź,lis,gru",
		"styczeń,luty,marzec,kwiecień,maj,czerwiec,lipiec,sierpień,wrzesień,październik,listopad,grudzień",
		"pon.,wt.,śr.,czw.,pt.,sob.,niedz.",
		"poniedziałek,wtorek,środa,czwartek,piątek,sobota,niedziela",
		"AM,PM",
	},
	"pt": {
		"jan.,fev.,mar.,abr.,mai.,jun.,jul.,ago.,set.,out.,nov.,dez.",
		"janeiro,fevereiro,março,abril,maio,junho,julho,agosto,setembro,outubro,novembro,dezembro",
		"jan.,fev.,mar.,abr.,mai.,jun.,jul.,ago.,set.,out.,nov.,dez.",
		"janeiro,fevereiro,março,abril,maio,junho,julho,agosto,setembro,outubro,novembro,dezembro",
		"seg.,ter.,qua.,qui.,sex.,sáb.,dom.",
		"segunda-feira,terça-feira,quarta-feira,quinta-feira,sexta-feira,sábado,domingo",
		"AM,PM",
	},
	"ru": {
		"янв.,февр.,мар.,апр.,мая,июн.,июл.,авг.,сент.,окт.,нояб.,дек.",
		"января,февраля,марта,апреля,мая,июня,июля,августа,сентября,октября,ноября,декабря",
		"янв.,февр.,март,апр.,май,июнь,июль,авг.,сент.,окт.,нояб.,дек.",
		"январь,февраль,март,апрель,май,июнь,июль,август,сентябрь,октябрь,ноябрь,декабрь",
		"пн,вт,ср,чт,пт,сб,вс",
		"понедельник,вторник,среда,четверг,пятница,суббота,воскресенье",
		"AM,PM",
	},
	"sv": {
		"jan.,feb.,mars,apr.,maj,juni,juli,aug.,sep.,okt.,nov.,dec.",
		"januari,februari,mars,april,maj,juni,juli,augusti,september,oktober,november,december",
		"jan.,feb.,mars,apr.,maj,juni,juli,aug.,sep.,okt.,nov.,dec.",
		"januari,februari,mars,april,maj,juni,juli,augusti,september,oktober,november,december",
		"mån,tis,ons,tors,fre,lör,sön",
		"måndag,tisdag,onsdag,torsdag,fredag,lördag,söndag",
		"fm,em",
	},
	"tr": {
		"Oca,Şub,Mar,Nis,May,Haz,Tem,Ağu,Eyl,Eki,Kas,Ara",
		"Ocak,Şubat,Mart,Nisan,Mayıs,Haziran,Temmuz,Ağustos,Eylül,Ekim,Kasım,Aralık",
		"Oca,Şub,Mar,Nis,May,Haz,Tem,Ağu,Eyl,Eki,Kas,Ara",
		"Ocak,Şubat,Mart,Nisan,Mayıs,Haziran,Temmuz,Ağustos,Eylül,Ekim,Kasım,Aralık",
		"Pzt,Sal,Çar,Per,Cum,Cmt,Paz",
		"Pazartesi,Salı,Çarşamba,Perşembe,Cuma,Cumartesi,Pazar",
		"ÖÖ,ÖS",
	},
}
