package card

import (
	"github.com/openbmis/openbmis/traveldoc/emrtd"
	"github.com/openbmis/openbmis/traveldoc/emrtd/internal/sm"
	"github.com/openbmis/openbmis/traveldoc/emrtd/tlv"
)

// choose is SELECT (ISO/IEC 7816-4, 7.1.1): the master file, the application, or an elementary file.
func (c *Card) choose(cmd sm.Command) sm.Response {
	switch cmd.P1 {
	case 0x00:
		if c.cfg.Quirks.NoMasterFile {
			return status(noFile)
		}
		c.app, c.file = false, nil
		return status(sm.OK)
	case 0x04:
		if string(cmd.Data) != "\xA0\x00\x00\x02\x47\x10\x01" {
			return status(noFile)
		}
		c.app, c.file = true, nil
		return status(sm.OK)
	case 0x02:
		if len(cmd.Data) == 2 {
			return c.chooseFile(uint16(cmd.Data[0])<<8 | uint16(cmd.Data[1]))
		}
	}
	return status(wrongParameters)
}

func (c *Card) chooseFile(id uint16) sm.Response {
	name := ""
	switch {
	case !c.app && id == 0x011C:
		name = emrtd.FileCardAccess
	case c.app && id == 0x011E:
		name = emrtd.FileCOM
	case c.app && id == 0x011D:
		name = emrtd.FileSOD
	case c.app && id > 0x0100 && id <= 0x0110:
		name = emrtd.FileDG(int(id & 0xFF))
	}
	data, is := c.cfg.Files[name]
	switch {
	case !is:
		return status(noFile)
	case c.app && !c.open():
		return status(notAllowed)
	}
	c.file = data
	return status(sm.OK)
}

// read is READ BINARY with either instruction (ISO/IEC 7816-4, 7.2.3).
func (c *Card) read(cmd sm.Command) sm.Response {
	if c.file == nil || c.app && !c.open() {
		return status(notAllowed)
	}
	offset := int(cmd.P1&0x7F)<<8 | int(cmd.P2)
	odd := cmd.INS&1 == 1
	if odd {
		object, _, err := tlv.Expect(cmd.Data, 0x54)
		if err != nil || len(object.Value) == 0 || len(object.Value) > 3 {
			return status(badData)
		}
		offset = 0
		for _, b := range object.Value {
			offset = offset<<8 | int(b)
		}
	}
	if limit := c.cfg.Quirks.MaxRead; limit > 0 && cmd.Le > limit {
		return status(wrongLength)
	}
	if offset >= len(c.file) {
		return status(wrongParameters)
	}
	length := cmd.Le
	if odd {
		length = max(length-4, 1)
	}
	part := c.file[offset:min(offset+length, len(c.file))]
	if odd {
		part = tlv.Write(0x53, part)
	}
	return answer(part)
}
