package pipeline

import (
	"bytes"
	"crypto/sha1" //nolint:gosec // the algorithm that Community ID prescribes
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/millrace/millrace/event"
)

// communityProcessor is `community_id`: Community ID Flow Hashing, version 1.
type communityProcessor struct {
	fields        [flowFields]event.Path
	target        event.Path
	seed          int
	ignoreMissing bool
}

// The parts of a flow, in the order that Painless's Processors.communityId has them.
const (
	flowSource = iota
	flowDestination
	flowNumber
	flowTransport
	flowSourcePort
	flowDestinationPort
	flowICMPType
	flowICMPCode
	flowFields
)

var flowOptions = [flowFields]struct{ option, field string }{
	flowSource:          {"source_ip", "source.ip"},
	flowDestination:     {"destination_ip", "destination.ip"},
	flowNumber:          {"iana_number", "network.iana_number"},
	flowTransport:       {"transport", "network.transport"},
	flowSourcePort:      {"source_port", "source.port"},
	flowDestinationPort: {"destination_port", "destination.port"},
	flowICMPType:        {"icmp_type", "icmp.type"},
	flowICMPCode:        {"icmp_code", "icmp.code"},
}

func newCommunityID(o *options) processor {
	p := &communityProcessor{target: o.optionalPath("target_field", event.MustPath("network.community_id")), ignoreMissing: o.flag("ignore_missing", true)}
	for i, f := range flowOptions {
		p.fields[i] = o.optionalPath(f.option, event.MustPath(f.field))
	}
	if s := o.optionalText("seed", "0"); o.err == nil {
		var err error
		if p.seed, err = strconv.Atoi(s); err != nil || p.seed < 0 || p.seed > 65535 {
			o.fail(o.node.get("seed"), "[seed] must be a value between 0 and 65535")
		}
	}
	return p
}

var errNoFlow = errors.New("unable to construct flow from document")

func (p *communityProcessor) run(r *Runner) error {
	var args [flowFields]string
	for i, path := range p.fields {
		v, err := r.ev.Resolve(path)
		optional := p.ignoreMissing || i == flowNumber || i >= flowICMPType || i >= flowTransport && args[flowNumber] != ""
		switch {
		case err != nil && !optional:
			return err
		case err != nil || v.IsNull():
			continue
		case i <= flowDestination && v.Kind() != event.String:
			return fmt.Errorf("field [%s] of type [%s] cannot be cast to [java.lang.String]", path, v.Kind().JavaClass())
		}
		args[i] = string(r.text(v))
	}
	id, err := communityID(args, p.seed)
	if errors.Is(err, errNoFlow) && p.ignoreMissing {
		return nil
	}
	if err != nil {
		return err
	}
	return r.ev.Set(p.target, r.ev.Text(id))
}

// communityID hashes a flow; a part that is "" is missing.
func communityID(args [flowFields]string, seed int) (string, error) {
	if args[flowSource] == "" || args[flowDestination] == "" {
		return "", errNoFlow
	}
	source, err := parseIP(args[flowSource])
	if err != nil {
		return "", err
	}
	destination, err := parseIP(args[flowDestination])
	if err != nil {
		return "", err
	}
	protocol, err := transportNumber(args[flowNumber], args[flowTransport])
	if err != nil {
		return "", err
	}
	ports, hasPorts, oneWay, err := flowPorts(protocol, &args)
	if err != nil {
		return "", err
	}
	a, b := source.AsSlice(), destination.AsSlice()
	// as numbers, so that an IPv4 address is below most IPv6 addresses
	order := bytes.Compare(widened(source), widened(destination))
	if !oneWay && (order > 0 || order == 0 && ports[0] >= ports[1]) {
		a, b = b, a
		ports[0], ports[1] = ports[1], ports[0]
	}
	text := binary.BigEndian.AppendUint16(nil, uint16(seed)) //nolint:gosec // was checked
	text = append(append(append(text, a...), b...), protocol, 0)
	if hasPorts {
		text = binary.BigEndian.AppendUint16(text, ports[0])
		text = binary.BigEndian.AppendUint16(text, ports[1])
	}
	sum := sha1.Sum(text) //nolint:gosec // see above
	return "1:" + base64.StdEncoding.EncodeToString(sum[:]), nil
}

// parseIP reads an address as Elasticsearch does: IPv4 within IPv6 is IPv4.
func parseIP(s string) (netip.Addr, error) {
	a, err := netip.ParseAddr(s)
	if err != nil {
		return a, fmt.Errorf("'%s' is not an IP string literal.", s) //nolint:staticcheck // Elasticsearch's text
	}
	return a.Unmap().WithZone(""), nil
}

// widened is the address as a number of 16 bytes.
func widened(a netip.Addr) []byte {
	b := a.AsSlice()
	return append(make([]byte, 16-len(b), 16), b...)
}

const (
	protocolICMP   = 1
	protocolTCP    = 6
	protocolUDP    = 17
	protocolICMPv6 = 58
	protocolSCTP   = 132
)

var transports = map[string]byte{
	"icmp": protocolICMP, "igmp": 2, "tcp": protocolTCP, "udp": protocolUDP, "gre": 47, "ipv6-icmp": protocolICMPv6, "icmp6": protocolICMPv6,
	"icmpv6": protocolICMPv6, "eigrp": 88, "ospf": 89, "pim": 103, "sctp": protocolSCTP,
}

func transportNumber(number, name string) (byte, error) {
	if number == "" {
		number = name
	}
	if number == "" {
		return 0, errNoFlow
	}
	if n, ok := transports[strings.ToLower(number)]; ok {
		return n, nil
	}
	n, err := strconv.Atoi(number)
	if err != nil {
		return 0, fmt.Errorf("could not convert string [%s] to transport protocol", number)
	}
	if n < 0 || n > 255 {
		return 0, fmt.Errorf("invalid transport protocol number [%d]", n)
	}
	return byte(n), nil
}

// flowPorts are the ports of a flow, or what stands for them. A flow that is one way keeps its direction.
func flowPorts(protocol byte, args *[flowFields]string) (ports [2]uint16, has, oneWay bool, err error) {
	switch protocol {
	case protocolTCP, protocolUDP, protocolSCTP:
		if ports[0], err = flowPort(args[flowSourcePort], "source port"); err == nil {
			ports[1], err = flowPort(args[flowDestinationPort], "destination port")
		}
		return ports, true, false, err
	case protocolICMP, protocolICMPv6:
		typ, err := flowNumberOf(args[flowICMPType], "icmp type")
		if err != nil {
			return ports, false, false, err
		}
		code, err := flowNumberOf(args[flowICMPCode], "icmp code")
		if err != nil {
			return ports, false, false, err
		}
		pairs := icmpPairs
		if protocol == protocolICMPv6 {
			pairs = icmpv6Pairs
		}
		if answer, ok := pairs[typ]; ok {
			return [2]uint16{uint16(typ), uint16(answer)}, true, false, nil //nolint:gosec // keys of the table
		}
		return [2]uint16{uint16(typ), uint16(code)}, true, true, nil //nolint:gosec // as the algorithm has it
	}
	return ports, false, false, nil
}

// A request of ICMP and its answer, by type.
var (
	icmpPairs   = map[int]int{0: 8, 8: 0, 9: 10, 10: 9, 13: 14, 14: 13, 15: 16, 16: 15, 17: 18, 18: 17}
	icmpv6Pairs = map[int]int{128: 129, 129: 128, 130: 131, 131: 130, 133: 134, 134: 133, 135: 136, 136: 135, 139: 140, 140: 139, 144: 145, 145: 144}
)

func flowNumberOf(s, what string) (int, error) {
	if s == "" {
		return 0, nil
	}
	n, err := strconv.ParseInt(s, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("unable to parse %s [%s]", what, s)
	}
	return int(n), nil
}

func flowPort(s, what string) (uint16, error) {
	n, err := flowNumberOf(s, what)
	if err == nil && (n < 0 || n > 65535) {
		err = fmt.Errorf("invalid %s [%s]", what, s)
	}
	return uint16(n), err //nolint:gosec // was checked
}
