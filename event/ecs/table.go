package ecs

import "strings"

// sets are the fields by type; a name in braces stands for each of its parts.
var sets = []struct {
	t     Type
	names string
}{
	{Date, `@timestamp event.{created,ingested,start,end} file.{created,mtime}`},
	{Text, `message error.message`},
	{Flattened, `json log.syslog.structured_data`},
	{Stored, `event.original error.stack_trace millrace.document millrace.original_base64`},
	{Geo, `{source,destination,client,server,host}.geo.location`},

	{IP, `{host,observer,source,destination,client,server,related}.ip {source,destination}.nat.ip
		log.source.ip millrace.peer dns.resolved_ip`},

	{Long, `event.{severity,duration,sequence,risk_score} process.{pid,pgid,ppid,exit_code} process.parent.pid
		process.thread.id log.syslog.{priority,facility.code,severity.code} log.source.port log.origin.file.line
		{source,destination,client,server}.{port,bytes,packets} {source,destination,client,server}.as.number
		{source,destination}.nat.port http.request.{bytes,body.bytes} http.response.{bytes,body.bytes,status_code}
		url.port network.{bytes,packets} file.size`},

	{Keyword, `tags
		event.{action,category,code,dataset,hash,id,kind,module,outcome,provider,reason,reference,timezone,type,url}
		error.{code,id,type}
		host.{architecture,domain,hostname,id,mac,name,type} host.os.{family,full,kernel,name,platform,type,version}
		process.{args,command_line,entity_id,executable,interactive,name,title,tty,working_directory}
		process.parent.{name,executable} process.thread.name
		log.{level,logger} log.file.path log.origin.{function,file.name} log.source.address
		log.syslog.{appname,facility.name,hostname,msgid,procid,severity.name,version}
		observer.{hostname,name,product,serial_number,type,vendor,version} observer.{ingress,egress}.interface.name
		user.{domain,email,full_name,hash,id,name,roles} user.{changes,effective,target}.{domain,id,name}
		user.group.{domain,id,name} user.target.group.{id,name} group.{domain,id,name}
		related.{hash,hosts,user}
		{source,destination,client,server}.{address,domain,mac,registered_domain,subdomain,top_level_domain}
		{source,destination,client,server}.user.{domain,id,name}
		{source,destination,client,server,host}.geo.{city_name,continent_code,continent_name,country_iso_code,country_name,name,postal_code,region_iso_code,region_name,timezone}
		{source,destination,client,server}.as.organization.name
		tls.{cipher,curve,established,next_protocol,resumed,server_name,version,version_protocol}
		tls.{client,server}.x509.subject.common_name tls.{client,server}.{issuer,subject,ja3,hash.sha1,hash.sha256,server_name}
		http.version http.request.{id,method,mime_type,referrer} http.response.mime_type
		url.{domain,extension,fragment,full,original,path,query,registered_domain,scheme,username}
		user_agent.{name,original,version} user_agent.device.name user_agent.os.{family,full,kernel,name,platform,version}
		network.{application,community_id,direction,iana_number,name,protocol,transport,type,vlan.id}
		file.{directory,extension,gid,group,inode,mode,name,owner,path,type,uid} file.hash.{md5,sha1,sha256}
		service.{id,name,state,type,version} rule.{category,description,id,name,ruleset}
		dns.{id,op_code,response_code,type} dns.question.{class,name,type,registered_domain} dns.answers.{data,name,type}
		email.{message_id,subject,from.address,to.address} email.direction
		container.{id,name} container.image.name cloud.{provider,region} cloud.instance.id
		organization.{id,name} agent.{name,type,version} ecs.version
		ssh.{key_fingerprint,key_type,method,principal,protocol,result,signature}
		sudo.{command,cwd,run_as} cron.{command,phase} pam.{module,service,origin}
		millrace.{flags,id,index,lane,listener,pipeline,realm,name,transport}`},
}

func table() []Field {
	var fields []Field
	for _, s := range sets {
		for _, pattern := range strings.Fields(s.names) {
			for _, name := range expand(pattern) {
				fields = append(fields, Field{name, s.t})
			}
		}
	}
	return fields
}

// expand writes out the braces of a pattern. They do not nest.
func expand(pattern string) []string {
	before, rest, ok := strings.Cut(pattern, "{")
	if !ok {
		return []string{pattern}
	}
	choices, after, _ := strings.Cut(rest, "}")
	var names []string
	for choice := range strings.SplitSeq(choices, ",") {
		for _, tail := range expand(after) {
			names = append(names, before+choice+tail)
		}
	}
	return names
}
