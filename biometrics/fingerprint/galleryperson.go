package fingerprint

import (
	"cmp"
	"slices"
	"unsafe"

	"github.com/google/uuid"

	"github.com/openbmis/openbmis/biometrics"
)

func newPerson(reference uuid.UUID, prints []GalleryPrint) *person {
	p := &person{reference: reference, prints: make([]galleryPrint, len(prints)), bytes: int(unsafe.Sizeof(person{}))}
	for i, g := range prints {
		prepared := Prepare(g.Template)
		p.prints[i] = galleryPrint{g.Position, i, newScreen(prepared), prepared}
		p.bytes += int(unsafe.Sizeof(galleryPrint{})) + prepared.Memory() + ScreenBytes
	}
	slices.SortStableFunc(p.prints, func(a, b galleryPrint) int { return cmp.Compare(a.position, b.position) })
	return p
}

// Memory is how many bytes a prepared print takes.
func (p *Prepared) Memory() int {
	return int(unsafe.Sizeof(*p)) + len(p.points)*int(unsafe.Sizeof(point{})) + len(p.descriptors)*int(unsafe.Sizeof(descriptor{})) +
		len(p.ground.orientation) + len(p.ground.doubled)*int(unsafe.Sizeof(vector{})) + len(p.ground.samples)*int(unsafe.Sizeof(sample{}))
}

// same reports whether two prints can be of one finger, by what is known of their positions.
func same(a, b biometrics.Position) bool {
	return a == b || a == biometrics.UnknownFinger || b == biometrics.UnknownFinger
}

// has reports whether the person has a print that can be of a finger.
func (p *person) has(position biometrics.Position) bool {
	return slices.ContainsFunc(p.prints, func(g galleryPrint) bool { return same(position, g.position) })
}
