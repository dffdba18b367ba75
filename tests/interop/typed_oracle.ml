(* Drives the real Netshm_data, Netshm_hashtbl and Netshm_array by commands on
   standard input, one answer a line. A failed command answers "! EXCEPTION".

     typed_oracle values TYPE
       hash V        the manager's hash, a space, Hashtbl.hash
       encode V      the words of the representation, with ; between them
       decode WORDS  the value
     typed_oracle table KEYTYPE VALUETYPE FILE PAGESIZE
       add K V   replace K V   find K   find_all K   mem K   remove K   length
       iter          all bindings as K=V, in the table's order
       iter_keys     all keys, in the table's order
     typed_oracle array TYPE DEFAULT FILE PAGESIZE
       length   get INDEX

   Types are int, int32, int64, nativeint, words, string, pair(TYPE,TYPE) and
   option(TYPE). Values are written as 12, [1;2], s6869 (bytes in hexadecimal),
   (V,V), None and Some(V). *)

open Netshm_data

type input = { text : string; mutable position : int }

let peek input =
  if input.position < String.length input.text
  then input.text.[input.position] else ' '

let expect input prefix =
  let length = String.length prefix in
  if input.position + length > String.length input.text
  || String.sub input.text input.position length <> prefix then
    failwith (Printf.sprintf "%s, position %d: %s expected"
                input.text input.position prefix);
  input.position <- input.position + length

let read_while input accepts =
  let start = input.position in
  while accepts (peek input) do input.position <- input.position + 1 done;
  String.sub input.text start (input.position - start)

let read_number input =
  read_while input (function '-' | '0'..'9' -> true | _ -> false)

let read_all read text =
  let input = { text; position = 0 } in
  let value = read input in
  if input.position <> String.length text then failwith ("not a value: " ^ text);
  value

type 'a codec =
  { manager : 'a data_manager; read : input -> 'a; write : 'a -> string }

type any = Any : 'a codec -> any

let number manager of_string to_string =
  { manager; read = (fun input -> of_string (read_number input)); write = to_string }

let words_codec =
  let rec read_rest input =
    let first = Int32.of_string (read_number input) in
    if peek input = ';' then (expect input ";"; first :: read_rest input)
    else [ first ] in
  let read input =
    expect input "[";
    let elements = if peek input = ']' then [] else read_rest input in
    expect input "]";
    Bigarray.Array1.of_array Bigarray.int32 Bigarray.c_layout
      (Array.of_list elements) in
  let write words =
    List.init (Bigarray.Array1.dim words) (fun i -> Int32.to_string words.{i})
    |> String.concat ";" |> Printf.sprintf "[%s]" in
  { manager = int32_array_manager; read; write }

let string_codec =
  let read input =
    expect input "s";
    let hex = read_while input (function '0'..'9' | 'a'..'f' -> true | _ -> false) in
    String.init (String.length hex / 2)
      (fun i -> Char.chr (int_of_string ("0x" ^ String.sub hex (2 * i) 2))) in
  let write s =
    List.init (String.length s) (fun i -> Printf.sprintf "%02x" (Char.code s.[i]))
    |> String.concat "" |> ( ^ ) "s" in
  { manager = string_manager; read; write }

let pair left right =
  let read input =
    expect input "(";
    let x = left.read input in
    expect input ",";
    let y = right.read input in
    expect input ")";
    (x, y) in
  let write (x, y) = Printf.sprintf "(%s,%s)" (left.write x) (right.write y) in
  { manager = pair_manager left.manager right.manager; read; write }

let option inner =
  let read input =
    if peek input = 'N' then (expect input "None"; None)
    else begin
      expect input "Some(";
      let x = inner.read input in
      expect input ")";
      Some x
    end in
  let write = function
    | None -> "None"
    | Some x -> Printf.sprintf "Some(%s)" (inner.write x) in
  { manager = option_manager inner.manager; read; write }

let rec read_type input =
  match read_while input (function 'a'..'z' | '0'..'9' -> true | _ -> false) with
  | "int" -> Any (number int_manager int_of_string string_of_int)
  | "int32" -> Any (number int32_manager Int32.of_string Int32.to_string)
  | "int64" -> Any (number int64_manager Int64.of_string Int64.to_string)
  | "nativeint" ->
    Any (number nativeint_manager Nativeint.of_string Nativeint.to_string)
  | "words" -> Any words_codec
  | "string" -> Any string_codec
  | "pair" ->
    expect input "(";
    let Any left = read_type input in
    expect input ",";
    let Any right = read_type input in
    expect input ")";
    Any (pair left right)
  | "option" ->
    expect input "(";
    let Any inner = read_type input in
    expect input ")";
    Any (option inner)
  | other -> failwith ("not a type: " ^ other)

let parse_type = read_all read_type

let serve execute =
  try
    while true do
      let command = String.split_on_char ' ' (read_line ()) in
      let answer =
        try execute command with e -> "! " ^ Printexc.to_string e in
      print_endline answer
    done
  with End_of_file -> ()

let unknown command = failwith ("unknown command: " ^ String.concat " " command)

let serve_values (Any codec) =
  let value = read_all codec.read in
  serve (function
    | [ "hash"; v ] ->
      Printf.sprintf "%ld %d"
        (codec.manager.hash_fn (value v)) (Hashtbl.hash (value v))
    | [ "encode"; v ] -> words_codec.write (codec.manager.to_int32_array (value v))
    | [ "decode"; words ] ->
      codec.write (codec.manager.of_int32_array [ read_all words_codec.read words ])
    | command -> unknown command)

let open_file path =
  Netshm.open_shm (`File path) [ Unix.O_RDWR; Unix.O_CREAT ] 0o600

let serve_table (Any keys) (Any values) path pagesize =
  let open Netshm_hashtbl in
  let table =
    manage ~pagesize keys.manager values.manager `Record_locking (open_file path) in
  let key = read_all keys.read and value = read_all values.read in
  let concat = String.concat " " in
  (* Removing another binding than the newest leaks locks in the original, unless
     a group releases them. *)
  serve (Netshm.group (shm_table table) (function
    | [ "add"; k; v ] -> add table (key k) (value v); "ok"
    | [ "replace"; k; v ] -> replace table (key k) (value v); "ok"
    | [ "find"; k ] ->
      (try values.write (find table (key k)) with Not_found -> "unbound")
    | [ "find_all"; k ] -> concat (List.map values.write (find_all table (key k)))
    | [ "mem"; k ] -> string_of_bool (mem table (key k))
    | [ "remove"; k ] -> remove table (key k); "ok"
    | [ "length" ] -> string_of_int (length table)
    | [ "iter" ] ->
      let found = ref [] in
      iter (fun k v -> found := (keys.write k ^ "=" ^ values.write v) :: !found) table;
      concat (List.rev !found)
    | [ "iter_keys" ] ->
      let found = ref [] in
      iter_keys (fun k -> found := keys.write k :: !found) table;
      concat (List.rev !found)
    | command -> unknown command))

let serve_array (Any codec) default path pagesize =
  let array =
    Netshm_array.manage ~pagesize (read_all codec.read default) codec.manager
      `Record_locking (open_file path) in
  serve (function
    | [ "length" ] -> string_of_int (Netshm_array.length array)
    | [ "get"; index ] -> codec.write (Netshm_array.get array (int_of_string index))
    | command -> unknown command)

let () =
  match List.tl (Array.to_list Sys.argv) with
  | [ "values"; t ] -> serve_values (parse_type t)
  | [ "table"; k; v; path; pagesize ] ->
    serve_table (parse_type k) (parse_type v) path (int_of_string pagesize)
  | [ "array"; t; default; path; pagesize ] ->
    serve_array (parse_type t) default path (int_of_string pagesize)
  | _ -> failwith "usage: typed_oracle values|table|array ..."
