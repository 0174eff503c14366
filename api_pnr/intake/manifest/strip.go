package manifest

// Strip takes away what one source told of the person, and makes what is normalised anew from the other. It reports whether anything that
// identifies is left.
func (p *Person) Strip(api, pnr bool, t Tools) (left bool) {
	if api {
		p.API, p.APIPlaces, p.Ref = nil, nil, ""
	}
	if pnr {
		p.PNR, p.PNRPlaces, p.Booking, p.Reservation, p.Locator = nil, nil, nil, "", ""
	}
	kind := p.Kind
	p.normalise(t)
	if p.API == nil && p.PNR == nil {
		p.Kind = kind
	}
	return p.API != nil || p.PNR != nil
}
