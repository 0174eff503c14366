package simulate

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/mrz"
)

// Person is a synthetic traveller and the document in hand.
type Person struct {
	Identity traveldoc.Identity
	Document traveldoc.Document
	Format   mrz.Format
}

// MRZ is the person's machine readable zone, lines joined by \n.
func (p Person) MRZ() (string, error) {
	return mrz.Encode(p.Format, p.Document, p.Identity, mrz.Extra{})
}

// nation is a nationality's share of the travellers and the names that its people are drawn from. Names and surnames are
// common ones, combined at random.
type nation struct {
	code     string
	share    int
	surnames []string
	men      []string
	women    []string
	number   string // '#' a digit, 'A' a letter, anything else itself
}

var nations = []nation{
	{"FRA", 14, []string{"MARTIN", "BERNARD", "PETIT", "ROUX", "LEFEVRE", "GIRARD", "LE GOFF", "FONTAINE"}, []string{"JULIEN", "MATHIEU", "PIERRE LOUIS", "ANTOINE", "THEO"}, []string{"CAMILLE", "CLAIRE", "ANNE SOPHIE", "MANON", "LUCIE"}, "##AA#####"},
	{"ESP", 14, []string{"GARCIA LOPEZ", "RUIZ MORENO", "NAVARRO GIL", "ORTEGA SANZ", "IGLESIAS VEGA"}, []string{"PABLO", "JOSE MARIA", "ALVARO", "SERGIO"}, []string{"LUCIA", "MARIA DEL CARMEN", "IRENE", "PAULA"}, "AAA######"},
	{"GBR", 12, []string{"WALKER", "HUGHES", "O CONNELL", "PATEL", "FRASER", "BENNETT"}, []string{"THOMAS", "OLIVER JAMES", "RAVI", "CALLUM"}, []string{"EMILY", "SARAH JANE", "PRIYA", "ISLA"}, "#########"},
	{"MAR", 10, []string{"EL AMRANI", "BENNANI", "ALAOUI", "TAZI", "CHRAIBI"}, []string{"YOUSSEF", "MEHDI", "HAMZA", "OMAR"}, []string{"SALMA", "KHADIJA", "NADIA", "IMANE"}, "AA#######"},
	{"D", 9, []string{"SCHNEIDER", "VON BERG", "KRUEGER", "BAUER", "HOFFMANN"}, []string{"LUKAS", "JAN PETER", "FELIX"}, []string{"LENA", "KATHARINA", "EVA MARIA"}, "C########"},
	{"USA", 8, []string{"JOHNSON", "RAMIREZ", "NGUYEN", "MILLER", "WASHINGTON"}, []string{"MICHAEL", "DAVID ALAN", "CARLOS"}, []string{"JENNIFER", "ASHLEY MARIE", "LINH"}, "A########"},
	{"CHN", 7, []string{"WANG", "ZHANG", "LIU", "ZHAO", "SUN"}, []string{"WEI", "JIANGUO", "HAORAN"}, []string{"XIULAN", "MEIHUI", "YUTONG"}, "E########"},
	{"IND", 7, []string{"SHARMA", "IYER", "REDDY", "SINGH", "GUPTA"}, []string{"ARJUN", "VIKRAM", "HARPREET"}, []string{"ANANYA", "DEEPA", "KAVITHA"}, "A#######"},
	{"BRA", 6, []string{"SILVA SANTOS", "OLIVEIRA", "COSTA PEREIRA", "ALMEIDA"}, []string{"JOAO PEDRO", "RAFAEL", "GUSTAVO"}, []string{"BEATRIZ", "ANA CLARA", "LARISSA"}, "AA######"},
	{"SEN", 5, []string{"DIOP", "NDIAYE", "FALL", "SARR"}, []string{"MAMADOU", "CHEIKH", "IBRAHIMA"}, []string{"AWA", "FATOU", "MARIAMA"}, "A########"},
	{"JPN", 4, []string{"SATO", "TANAKA", "WATANABE", "MORI"}, []string{"KENJI", "HIROSHI", "DAIKI"}, []string{"YUKI", "AIKO", "MISAKI"}, "AA#######"},
	{"EGY", 4, []string{"HASSAN", "ABDEL RAHMAN", "MANSOUR", "FAHMY"}, []string{"AHMED", "KARIM", "TAREK"}, []string{"MONA", "YASMIN", "HEBA"}, "A########"},
}

// cardHolders may cross the land border with an identity card of TD1 size.
var cardHolders = map[string]bool{"FRA": true, "ESP": true, "D": true}

// Town is a fixed population: person n is the same at every run with the same seed, so that travellers come back.
type Town struct {
	Seed  uint64
	Size  int
	Today traveldoc.Date
}

// Person is the n-th of the town, n from 0 to Size-1. About one in fifty has a document that has expired.
func (t Town) Person(n int, land bool) Person {
	r := rand.New(rand.NewPCG(t.Seed, uint64(n)+1)) //nolint:gosec // a synthetic town is to be the same again, not to be unguessable
	from := drawNation(r)
	p := Person{Format: mrz.TD3}
	p.Identity = from.draw(r, t.Today)
	p.Document = traveldoc.Document{Code: "P", IssuingState: from.code, Number: fill(r, from.number), ExpiryDate: t.expiry(r)}
	card := r.IntN(3) == 0
	if land && card && cardHolders[from.code] {
		p.Format, p.Document.Code = mrz.TD1, "ID"
		p.Document.Number = fill(r, from.number)
	}
	return p
}

func drawNation(r *rand.Rand) nation {
	sum := 0
	for _, n := range nations {
		sum += n.share
	}
	at := r.IntN(sum)
	for _, n := range nations {
		if at -= n.share; at < 0 {
			return n
		}
	}
	return nations[0]
}

func (n nation) draw(r *rand.Rand, today traveldoc.Date) traveldoc.Identity {
	id := traveldoc.Identity{Nationality: n.code, Sex: "M", Surname: pick(r, n.surnames), GivenNames: pick(r, n.men)}
	if r.IntN(2) == 0 {
		id.Sex, id.GivenNames = "F", pick(r, n.women)
	}
	id.BirthDate = daysFrom(today, -365*(2+r.IntN(78))-r.IntN(365))
	return id
}

// expiry is up to ten years ahead; one document in fifty expired within the last year.
func (t Town) expiry(r *rand.Rand) traveldoc.Date {
	if r.IntN(50) == 0 {
		return daysFrom(t.Today, -1-r.IntN(300))
	}
	return daysFrom(t.Today, 30+r.IntN(3500))
}

func daysFrom(today traveldoc.Date, days int) traveldoc.Date {
	return traveldoc.DateOf(today.First().AddDate(0, 0, days).In(time.UTC))
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

const digits = "0123456789"

func fill(r *rand.Rand, pattern string) string {
	const letters = "ABCDEFGHJKLMNPRSTUVWXYZ"
	number := []byte(pattern)
	for i, c := range number {
		switch c {
		case '#':
			number[i] = digits[r.IntN(10)]
		case 'A':
			number[i] = letters[r.IntN(len(letters))]
		}
	}
	return string(number)
}

// Transport is a flight number or a plate, as an officer would type it.
func transport(r *rand.Rand, land bool) string {
	if land {
		return fmt.Sprintf("%s %s", fill(r, "AA-###"), pick(r, []string{"AA", "KL", "QT"}))
	}
	return pick(r, []string{"OB", "QK", "ZN", "VX"}) + fill(r, "###")
}
