package specimen

import (
	"encoding/json"
	"fmt"
	"maps"
	"path"

	"github.com/openbmis/openbmis/traveldoc"
	"github.com/openbmis/openbmis/traveldoc/reader"
)

// Files are the case as files by name, names with slashes:
//
//	reading.json               what the reader tells, as a vendor's agent posts it
//	expected.json              what a correct inspection finds
//	zone.txt                   the machine readable zone as read
//	page-LIGHT-N.jpg           page N under white, ir and uv
//	portrait.jpg               the portrait as cut out of the page
//	chip/DG1.bin ...           the elementary files
//	chip/challenge.bin, chip/response.bin   active authentication
//	seal.bin                   the bytes of the visible digital seal
func (s Specimen) Files() (map[string][]byte, error) {
	reading, err := json.MarshalIndent(s.Reading, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("specimen: reading: %w", err)
	}
	expected, err := json.MarshalIndent(struct {
		Steps  map[string]traveldoc.Verdict `json:"steps"`
		Bearer bool                         `json:"look_at_the_bearer"`
	}{s.Expected.Steps, s.Expected.Bearer}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("specimen: expected: %w", err)
	}
	files := map[string][]byte{"reading.json": reading, "expected.json": expected, "zone.txt": []byte(s.Reading.MRZ + "\n")}
	for _, i := range s.Reading.Images {
		if i.Light == reader.PortraitCut {
			files["portrait.jpg"] = i.Data
			continue
		}
		files[fmt.Sprintf("page-%s-%d.jpg", i.Light, i.Page)] = i.Data
	}
	if s.Seal != nil {
		files["seal.bin"] = s.Seal
	}
	if s.Reading.Chip != nil {
		maps.Copy(files, chipFiles(s.Reading.Chip))
	}
	return files, nil
}

func chipFiles(c *reader.Chip) map[string][]byte {
	files := map[string][]byte{}
	for name, data := range c.Files {
		files[path.Join("chip", name+".bin")] = data
	}
	if c.Active != nil {
		files["chip/challenge.bin"], files["chip/response.bin"] = c.Active.Challenge, c.Active.Response
	}
	return files
}
