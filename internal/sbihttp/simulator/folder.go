package simulator

import (
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/openbmis/openbmis/biometrics"
	"github.com/openbmis/openbmis/biometrics/record/fir"
	"github.com/openbmis/openbmis/biometrics/record/raster"
	"github.com/openbmis/openbmis/biometrics/record/wsq"
)

// Bounds of a folder of prints.
const (
	maxFiles    = 20_000
	maxFileSize = 16 << 20
)

// Folder gives prints out of files FINGER_IMPRESSION.EXT: PNG, WSQ or finger image records. FINGER is a name such as right_index, or a
// number: then the fingers of the folder, by number, are those of one person after the other, ten each, right thumb to left little. A folder
// in the folder is a person of its name.
type Folder struct {
	files  fs.FS
	ppi    float64
	people map[string]map[biometrics.Position][]string
}

// OpenFolder reads which files there are. ppi is the resolution of images that do not say theirs.
func OpenFolder(files fs.FS, ppi float64) (*Folder, error) {
	f := &Folder{files: files, ppi: ppi, people: map[string]map[biometrics.Position][]string{}}
	numbered := map[string]map[int][]string{} // by folder and finger
	count := 0
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if count++; count > maxFiles {
			return fmt.Errorf("expected at most %d files", maxFiles)
		}
		f.add(name, numbered)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("folder of prints: %w", err)
	}
	for dir, fingers := range numbered {
		f.number(dir, fingers)
	}
	if len(f.people) == 0 {
		return nil, fmt.Errorf("folder of prints: expected files such as 101_1.png or right_index_1.wsq")
	}
	return f, nil
}

func (f *Folder) add(name string, numbered map[string]map[int][]string) {
	dir, base := path.Split(name)
	ext := strings.ToLower(path.Ext(base))
	at := strings.LastIndexByte(base, '_')
	if at < 1 || !slices.Contains([]string{".png", ".wsq", ".fir", ".iso"}, ext) {
		return // something else in the folder
	}
	dir = strings.TrimSuffix(dir, "/")
	var p biometrics.Position
	if p.UnmarshalText([]byte(base[:at])) == nil && p.Finger() {
		f.put(orName(dir, "1"), p, name)
		return
	}
	if n, err := strconv.Atoi(base[:at]); err == nil {
		if numbered[dir] == nil {
			numbered[dir] = map[int][]string{}
		}
		numbered[dir][n] = append(numbered[dir][n], name)
	}
}

func orName(name, other string) string {
	if name == "" {
		return other
	}
	return name
}

func (f *Folder) put(person string, p biometrics.Position, name string) {
	if f.people[person] == nil {
		f.people[person] = map[biometrics.Position][]string{}
	}
	f.people[person][p] = append(f.people[person][p], name)
}

// number gives the numbered fingers of a folder to persons, ten each.
func (f *Folder) number(dir string, fingers map[int][]string) {
	ten := biometrics.Fingers()
	for i, n := range slices.Sorted(maps.Keys(fingers)) {
		person := strconv.Itoa(i/len(ten) + 1)
		if dir != "" {
			person = dir + "/" + person
		}
		if dir != "" && len(fingers) <= len(ten) {
			person = dir
		}
		for _, name := range fingers[n] {
			f.put(person, ten[i%len(ten)], name)
		}
	}
}

// People are the persons of the folder.
func (f *Folder) People() []string { return slices.Sorted(maps.Keys(f.people)) }

// Print is one of the files of a finger, by the touch's seed. A name that is nobody's stands for one of the persons, always the same one.
func (f *Folder) Print(person string, finger biometrics.Position, t Touch) (biometrics.Image, bool, error) {
	of, ok := f.people[person]
	if !ok {
		people := f.People()
		of = f.people[people[PersonSeed(person)%uint64(len(people))]]
	}
	names := of[finger]
	if len(names) == 0 {
		return biometrics.Image{}, false, nil
	}
	image, err := f.read(names[t.Seed%uint64(len(names))])
	return image, true, err
}

func (f *Folder) read(name string) (biometrics.Image, error) {
	info, err := fs.Stat(f.files, name)
	if err != nil {
		return biometrics.Image{}, err
	}
	if info.Size() > maxFileSize {
		return biometrics.Image{}, fmt.Errorf("%s: expected at most %d bytes", name, maxFileSize)
	}
	raw, err := fs.ReadFile(f.files, name)
	if err != nil {
		return biometrics.Image{}, err
	}
	image, err := decodeFile(raw, f.ppi)
	if err != nil {
		return image, fmt.Errorf("%s: %w", name, err)
	}
	return image, nil
}

func decodeFile(raw []byte, ppi float64) (biometrics.Image, error) {
	switch {
	case raster.IsPNG(raw):
		if raster.Resolution(raw) != 0 {
			ppi = 0 // what it says
		}
		return raster.DecodePNG(raw, ppi)
	case fir.Is(raw):
		record, err := fir.Parse(raw)
		if err != nil {
			return biometrics.Image{}, err
		}
		if len(record.Representations) == 0 {
			return biometrics.Image{}, fmt.Errorf("finger image record without an image")
		}
		return record.Representations[0].Image()
	}
	image, info, err := wsq.Decode(raw)
	if err == nil && info.PPI == 0 {
		image.PPI = ppi
	}
	return image, err
}
