package reader

import (
	"encoding/json"
	"maps"
	"slices"
)

// The members of each object of a reading, by name.

func (r *Reading) members() map[string]take {
	return map[string]take{
		"id": text(&r.ID), "at": into(&r.At, "an instant, RFC 3339"), "mrz": text(&r.MRZ),
		"device": func(p *parser, at string, raw json.RawMessage) { p.object(at, raw, r.Device.members()) },
		"zone": func(p *parser, at string, raw json.RawMessage) {
			r.Zone = &Zone{}
			p.object(at, raw, r.Zone.members())
		},
		"values": each(MaxValues, &r.Values, func(v *Value) map[string]take { return v.members() }),
		"images": each(MaxImages, &r.Images, func(m *Image) map[string]take { return m.members() }),
		"chip": func(p *parser, at string, raw json.RawMessage) {
			if null(raw) {
				return
			}
			r.Chip = &Chip{}
			p.object(at, raw, r.Chip.members())
		},
		"barcodes":     each(MaxBarcodes, &r.Barcodes, func(b *Barcode) map[string]take { return b.members() }),
		"authenticity": each(MaxAuthenticity, &r.Authenticity, func(a *Authenticity) map[string]take { return a.members() }),
	}
}

// each reads a list of objects.
func each[T any](most int, all *[]T, members func(*T) map[string]take) take {
	return func(p *parser, at string, raw json.RawMessage) {
		p.list(at, raw, most, func(at string, raw json.RawMessage) {
			var one T
			if null(raw) {
				p.expected(at, "an object")
				return
			}
			p.object(at, raw, members(&one))
			*all = append(*all, one)
		})
	}
}

func (d *Device) members() map[string]take {
	return map[string]take{
		"vendor": text(&d.Vendor), "model": text(&d.Model), "serial": text(&d.Serial), "simulated": truth(&d.Simulated), "upload": truth(&d.Upload),
	}
}

func (z *Zone) members() map[string]take {
	return map[string]take{
		"by": text(&z.By), "raw": text(&z.Raw), "doubts": into(&z.Doubts, "a list of line, position and character"), "confidence": into(&z.Confidence, "a list of numbers from 0 to 1"),
	}
}

func (v *Value) members() map[string]take {
	return map[string]take{
		"field": text(&v.Field), "source": named(&v.Source), "text": text(&v.Text), "validity": outcome(&v.Validity), "page": number(&v.Page),
		"area": func(p *parser, at string, raw json.RawMessage) {
			if null(raw) {
				return
			}
			v.Area = &Rectangle{}
			p.object(at, raw, v.Area.members())
		},
	}
}

func (a *Rectangle) members() map[string]take {
	return map[string]take{"left": number(&a.Left), "top": number(&a.Top), "right": number(&a.Right), "bottom": number(&a.Bottom)}
}

func (m *Image) members() map[string]take {
	return map[string]take{
		"light": light(&m.Light), "page": number(&m.Page), "media_type": text(&m.MediaType), "dpi": number(&m.DPI), "data": binary(&m.Data, MaxImage),
	}
}

func (c *Chip) members() map[string]take {
	return map[string]take{
		"access": text(&c.Access),
		"files": func(p *parser, at string, raw json.RawMessage) {
			c.Files = map[string][]byte{}
			p.entries(at, raw, func(name, place string, value json.RawMessage) {
				var data []byte
				if !p.room(at, len(c.Files)) || !p.file(place, name) {
					return
				}
				binary(&data, MaxFile)(p, place, value)
				c.Files[name] = data
			})
		},
		"unread": func(p *parser, at string, raw json.RawMessage) {
			c.Unread = map[string]string{}
			p.entries(at, raw, func(name, place string, value json.RawMessage) {
				var why string
				if !p.room(at, len(c.Unread)) || !p.file(place, name) {
					return
				}
				text(&why)(p, place, value)
				c.Unread[name] = why
			})
		},
		"active": func(p *parser, at string, raw json.RawMessage) {
			if null(raw) {
				return
			}
			c.Active = &ActiveAuthentication{}
			p.object(at, raw, map[string]take{
				"challenge": binary(&c.Active.Challenge, challengeBytes), "response": binary(&c.Active.Response, maxResponse),
			})
		},
		"chip_authentication": outcome(&c.ChipAuthentication), "pace_cam": outcome(&c.PACECAM),
	}
}

func (p *parser) room(at string, have int) bool {
	if have >= MaxFiles {
		p.fail(at, "reading.too_many", "max", MaxFiles)
	}
	return p.err == nil
}

func (p *parser) file(at, name string) bool {
	c := checker{err: p.err}
	c.fileName(at, name)
	p.err = c.err
	return p.err == nil
}

func (b *Barcode) members() map[string]take {
	return map[string]take{"symbology": text(&b.Symbology), "data": binary(&b.Data, MaxBarcode)}
}

func (a *Authenticity) members() map[string]take {
	return map[string]take{
		"feature": feature(&a.Feature), "light": light(&a.Light), "page": number(&a.Page), "result": outcome(&a.Result), "detail": text(&a.Detail),
	}
}

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
