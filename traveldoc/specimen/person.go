package specimen

import (
	"fmt"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/specimen/page"
)

// Person is an inhabitant of Utopia. Nobody real has the name together with the rest.
type Person struct {
	traveldoc.Identity
	PlaceOfBirth   string
	PersonalNumber string
	Face           page.Face
}

// names of Utopia: words for colours, trees and stones, so that nobody's name is among them.
func surnames() []string {
	return []string{"AMARANTH", "BASALT", "CELADON", "DOLOMITE", "EBENWOOD", "FELDSPAR", "GRENADINE", "HORNBEAM", "INDIGOFER", "JASPERSON",
		"KAOLIN", "LARCHWOOD", "MALACHITE", "OBSIDIAN", "PORPHYRY", "QUARTZMAN", "ROWANTREE", "SILVERBIRCH", "TOURMALINE", "UMBERFIELD"}
}

func givenNames() map[string][]string {
	return map[string][]string{
		"F": {"AURELINE", "BEATRISA", "CORALIA", "DELPHINE MAY", "ESTERELA", "FLORINDA", "GINEVRA", "HELIANE"},
		"M": {"ALDERIC", "BENEDETO", "CASPIAN", "DORIAN LEE", "EMERANT", "FABIANO", "GARETHO", "HADRIANO"},
	}
}

func towns() []string {
	return []string{"AMAUROT", "NOWHERE BAY", "ANYDRUS", "EUTOPIA HILL", "POLYLERIT"}
}

// Person is one inhabitant; the same number is the same person.
func (c *Country) Person(number int) Person {
	random := c.root.chance(fmt.Sprintf("person-%d", number))
	sex := []string{"F", "M"}[random.IntN(2)]
	born, err := traveldoc.NewDate(c.today.Year()-20-random.IntN(45), 1+random.IntN(12), 1+random.IntN(28))
	if err != nil { // only in the first years of the calendar
		born = c.today
	}
	pick := func(list []string) string { return list[random.IntN(len(list))] }
	return Person{
		Identity: traveldoc.Identity{
			Surname: pick(surnames()), GivenNames: pick(givenNames()[sex]), BirthDate: born, Sex: sex, Nationality: State,
		},
		PlaceOfBirth: pick(towns()), PersonalNumber: fmt.Sprintf("UT%09d", random.IntN(1_000_000_000)),
		Face: page.Face{Seed: random.Uint64(), Sex: sex},
	}
}
