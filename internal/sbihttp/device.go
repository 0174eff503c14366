package sbihttp

import (
	"github.com/openbmis/openbmis/biometrics/capture"
	"github.com/openbmis/openbmis/biometrics/capture/sbi"
)

func (s *Server) identity(info capture.Info) sbi.DigitalID {
	kind := sbi.SubTypeSingle
	if info.Slap {
		kind = sbi.SubTypeSlap
	}
	return sbi.DigitalID{
		SerialNo: info.Serial, Make: info.Make, Model: info.Model, Type: sbi.TypeFinger, SubType: kind, DeviceProvider: info.Provider,
		DeviceProviderID: info.Provider, DateTime: sbi.FormatTime(s.Now()), Simulated: info.Simulated,
	}
}

// environment says on what footing the device stands: a simulated one is never "Production".
func environment(info capture.Info) string {
	switch {
	case info.State == capture.NotRegistered:
		return "None"
	case info.Simulated:
		return "Developer"
	}
	return "Production"
}

func subIDs(info capture.Info) []sbi.Number {
	if info.Slap {
		return []sbi.Number{sbi.SubLeftSlap, sbi.SubRightSlap, sbi.SubThumbs}
	}
	return []sbi.Number{sbi.SubAny}
}

func (s *Server) deviceInfo(info capture.Info) sbi.DeviceInfo {
	return sbi.DeviceInfo{
		Status: sbi.StatusName(info.State), DeviceID: DeviceID, Firmware: info.FirmwareVersion, Certification: sbi.CertificationHost,
		ServiceVersion: s.Version, SubIDs: subIDs(info), CallbackID: s.URL, DeviceCode: info.Serial, Env: environment(info),
		Purpose: sbi.PurposeRegister, SpecVersions: []string{sbi.SpecVersion},
	}
}

// device is what discovery says: the same, unsigned.
func (s *Server) device(info capture.Info) sbi.Device {
	d := s.deviceInfo(info)
	return sbi.Device{
		DeviceID: d.DeviceID, Status: d.Status, Certification: d.Certification, ServiceVersion: d.ServiceVersion, SubIDs: d.SubIDs,
		CallbackID: d.CallbackID, DigitalID: sbi.Unsigned(s.identity(info)), DeviceCode: d.DeviceCode,
		SpecVersions: d.SpecVersions, Purpose: d.Purpose,
	}
}
